import { DEFAULT_TIMEZONE, formatMoment } from "../../model/time.ts";
import { same, text, type Text } from "../../text/index.ts";
import { isNewerFile } from "../succession.ts";
import { toDoubtfulOutcome, type Check, type CheckOutcome, type CheckRule } from "./check.ts";

/** Rejects a file that is the same as the file in use; otherwise returns undefined. */
export const checkDifferentFile: CheckRule = ({ current, next }): Check | undefined =>
  current.expiring.fingerprint === next.expiring.fingerprint
    ? {
        id: "file",
        outcome: "bad",
        what: text("this file is the same as the file in use", "現在使われているファイルと同じです"),
      }
    : undefined;

export const checkName: CheckRule = ({ current, next, circumstances }): Check => {
  const [was, is] = [current.expiring.name, next.expiring.name];
  return was === is
    ? { id: "name", outcome: "good", what: text(`unchanged: ${was}`, `変更なし: ${was}`) }
    : {
        id: "name",
        outcome: toDoubtfulOutcome(circumstances),
        what: text(`changes from ${was} to ${is}`, `${was} から ${is} に変わります`),
      };
};

export const checkLaterExpiry: CheckRule = ({
  current,
  next,
  circumstances: { timezone = DEFAULT_TIMEZONE },
}): Check | undefined => {
  const [was, is] = [current.expiring.expiresAt, next.expiring.expiresAt];
  if (was === null) return undefined;
  const estimated = [current, next].some(({ expiring }) => expiring.certainty !== "exact");
  const sure = estimated ? text(" (estimated)", "(推定を含む)") : same("");
  const [old, found] = [formatMoment(was, timezone), formatMoment(is, timezone)];
  const longer = isNewerFile(next.expiring, current.expiring);
  return {
    id: "expiry",
    outcome: longer ? "good" : "bad",
    what: longer
      ? text(`extended from ${old} to ${found}${sure.en}`, `${old} から ${found} に延びます${sure.ja}`)
      : text(
          `${found} is not later than ${old}${sure.en}: the file in use has already replaced this file`,
          `${found} は現在の ${old} より後ではありません${sure.ja}。使用中のファイルにすでに置き換えられた古いファイルです`,
        ),
  };
};

export const checkValidity: CheckRule = ({ next, circumstances }): Check => {
  const { now, timezone = DEFAULT_TIMEZONE } = circumstances;
  const { expiresAt, validFrom } = next.expiring;
  if (Date.parse(expiresAt) <= now.getTime()) {
    const when = formatMoment(expiresAt, timezone);
    return { id: "validity", outcome: "bad", what: text(`expired on ${when}`, `${when} に期限が切れています`) };
  }
  if (validFrom !== null && Date.parse(validFrom) > now.getTime()) {
    const when = formatMoment(validFrom, timezone);
    return {
      id: "validity",
      outcome: "bad",
      what: text(
        `not valid before ${when}; check the clock of this computer, or wait until then`,
        `${when} より前は有効ではありません。このコンピューターの時計を確認し、正しければその時刻まで待ってください`,
      ),
    };
  }
  return { id: "validity", outcome: "good", what: text("valid now", "有効です") };
};

/** Compares the names of the issuers of both certificates. A name proves nothing, because anybody can write it. */
export const checkIssuer: CheckRule = ({ current, next }): Check | undefined => {
  const { evidence } = next;
  if (evidence.of !== "certificate" || !APPLE_ISSUED_KINDS.includes(next.expiring.kind)) return undefined;
  const was = current.evidence?.of === "certificate" ? current.evidence.issuer : undefined;
  const { name, namesApple } = evidence.issuer;
  const check = (outcome: CheckOutcome, what: Text): Check => ({ id: "issuer", outcome, what });
  if (was === undefined) return check("unknown", text(`not compared: ${name}`, `比較していません: ${name}`));
  if (was.name === name)
    return check(
      "good",
      text(`same issuer as the certificate in use: ${name}`, `使用中の証明書と同じ発行者です: ${name}`),
    );
  return namesApple
    ? check(
        "unknown",
        text(
          `different issuer: ${was.name} → ${name}. Apple may have changed it; compare with Apple's portal`,
          `発行者が異なります: ${was.name} → ${name}。Apple が変更した可能性があります。Apple のポータルで確認してください`,
        ),
      )
    : check(
        "bad",
        text(
          `different issuer, and not Apple: ${was.name} → ${name}`,
          `発行者が異なり、新しい発行者は Apple ではありません: ${was.name} → ${name}`,
        ),
      );
};

const APPLE_ISSUED_KINDS: readonly string[] = ["push-certificate", "agent-push-certificate", "agent-build-certificate"];

const createUnknownTopicCheck = (topic: string): Check => ({
  id: "topic",
  outcome: "unknown",
  what: text(
    `the current topic is not recorded. The new topic is ${topic}. Before the upload, compare it with last year's file (--current FILE): if the topic changes, every enrolled device stops responding`,
    `使用中のトピックが記録されていません。新しいトピックは ${topic} です。アップロード前に前回のファイル(--current FILE)と比べてください。トピックが違うと登録済みの全デバイスが応答しなくなります`,
  ),
});

/** Checks that the topic is the same.  @see facts 3.4: a new topic disconnects enrolled devices without any report */
export const checkTopic: CheckRule = ({ current, next }): Check => {
  const [was, is] = [current.expiring.topic, next.expiring.topic];
  if (was === null && is !== null && current.evidence === undefined) return createUnknownTopicCheck(is);
  if (was === null || is === null) {
    return {
      id: "topic",
      outcome: "bad",
      what: text("the topic (subject UID) is missing", "トピック(サブジェクトの UID)がありません"),
    };
  }
  if (was === is) return { id: "topic", outcome: "good", what: text(`unchanged: ${was}`, `変更なし: ${was}`) };
  return {
    id: "topic",
    outcome: "bad",
    what: text(
      `the topic would change from ${was} to ${is}: every enrolled device would stop responding until it is enrolled again. Do not upload this file. In Apple's portal, sign in with the same Apple Account and choose Renew for the existing certificate; never use Create a Certificate`,
      `${was} から ${is} に変わります。アップロードすると、登録済みの全デバイスが応答しなくなり、再登録が必要になります。アップロードしないでください。Apple のポータルで同じ Apple Account を使い、既存の行の「Renew」を選んでください(「Create a Certificate」は使わない)`,
    ),
  };
};
