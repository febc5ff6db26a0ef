import { momentIn } from "../../model/time.ts";
import { same, text, type Text } from "../../text/index.ts";
import type { Issuer } from "../../apple/renewable.ts";
import { isNewer } from "../succession.ts";
import { doubtful, type Check, type CheckOutcome, type CheckRule } from "./check.ts";

const USUAL_ZONE = "Asia/Tokyo";

/** Refuses the very same file; undefined otherwise. */
export const unlike: CheckRule = ({ current, next }): Check | undefined =>
  current.expiring.fingerprint === next.expiring.fingerprint
    ? {
        id: "file",
        outcome: "bad",
        what: text("same as the one in use", "現在使われているものと同じです"),
      }
    : undefined;

export const sameName: CheckRule = ({ current, next, circumstances }): Check => {
  const [was, is] = [current.expiring.name, next.expiring.name];
  return was === is
    ? { id: "name", outcome: "good", what: text(`the same: ${was}`, `同じ: ${was}`) }
    : {
        id: "name",
        outcome: doubtful(circumstances),
        what: text(`changes from ${was} to ${is}`, `${was} から ${is} に変わります`),
      };
};

export const later: CheckRule = ({ current, next, circumstances: { timezone = USUAL_ZONE } }): Check | undefined => {
  const [was, is] = [current.expiring.expiresAt, next.expiring.expiresAt];
  if (was === null) return undefined;
  const estimated = [current, next].some(({ expiring }) => expiring.certainty !== "exact");
  const sure = estimated ? text(" (estimated)", "(推定を含む)") : same("");
  const [old, found] = [momentIn(was, timezone), momentIn(is, timezone)];
  const longer = isNewer(next.expiring, current.expiring);
  return {
    id: "expiry",
    outcome: longer ? "good" : "bad",
    what: longer
      ? text(`${found} instead of ${old}${sure.en}`, `${old} から ${found} に延びます${sure.ja}`)
      : text(
          `${found} is not later than ${old}${sure.en}: the file in use supersedes this one`,
          `${found} は現在の ${old} より後ではありません${sure.ja}。使用中のものに置き換え済みの古いファイルです`,
        ),
  };
};

/** A simulator's clock can be put forward: what it makes may be valid from a day that has not come yet. */
export const validNow: CheckRule = ({ next, circumstances }): Check => {
  const { now, simulator = false, timezone = USUAL_ZONE } = circumstances;
  const { expiresAt, validFrom } = next.expiring;
  if (Date.parse(expiresAt) <= now.getTime()) {
    const when = momentIn(expiresAt, timezone);
    return { id: "validity", outcome: "bad", what: text(`expired on ${when}`, `${when} に期限が切れています`) };
  }
  if (validFrom !== null && Date.parse(validFrom) > now.getTime()) {
    const when = momentIn(validFrom, timezone);
    return {
      id: "validity",
      outcome: next.simulated === true && simulator ? "warning" : "bad",
      what: text(
        `not valid before ${when}; check the clock of this computer, or wait until then`,
        `${when} より前は有効ではありません。この PC の時計を確認し、正しければその時刻まで待ってください`,
      ),
    };
  }
  return { id: "validity", outcome: "good", what: text("valid now", "有効です") };
};

/**
 * Compares the authorities that both certificates name, by name and key identifier. A name alone proves nothing, as anybody
 * can write it.
 */
export const issuer: CheckRule = ({ current, next, circumstances }): Check | undefined => {
  const { evidence } = next;
  if (evidence.of !== "certificate" || !APPLES.includes(next.expiring.kind)) return undefined;
  // a rehearsal has no certificates of Apple
  if (next.simulated === true && circumstances.simulator === true) return undefined;
  const was = current.evidence?.of === "certificate" ? current.evidence.issuer : undefined;
  const is = evidence.issuer;
  const check = (outcome: CheckOutcome, what: Text): Check => ({ id: "issuer", outcome, what });
  if (was !== undefined && was.name === is.name && was.keyId === is.keyId && is.keyId !== null) {
    const what = text(
      `the same as of the certificate in use: ${is.name}; key ${is.keyId}`,
      `使用中の証明書と同じです: ${is.name}、鍵 ${is.keyId}`,
    );
    return check("good", what);
  }
  if (was !== undefined && (was.name !== is.name || was.keyId !== is.keyId)) {
    const [old, found] = [describeIssuer(was), describeIssuer(is)];
    return is.namesApple
      ? check(
          "unknown",
          text(
            `differs: ${old.en} → ${found.en}. Apple may have changed it: look at the portal`,
            `異なります: ${old.ja} → ${found.ja}。Apple が変更した可能性があります。ポータルで確認してください`,
          ),
        )
      : check(
          "bad",
          text(
            `differs, and is not Apple: ${old.en} → ${found.en}`,
            `異なり、Apple でもありません: ${old.ja} → ${found.ja}`,
          ),
        );
  }
  // Apple's own signature tells more than a comparison
  if (evidence.signature === "verified") return check("good", text(`Apple: ${is.name}`, `Apple: ${is.name}`));
  return check(
    "unknown",
    text(
      `not compared, as the issuer's key is not known on both sides: ${is.name}`,
      `両方の発行者の鍵がわからないため、比較していません: ${is.name}`,
    ),
  );
};

const describeIssuer = ({ name, keyId }: Issuer): Text =>
  keyId === null ? same(name) : text(`${name} (key ${keyId})`, `${name}(鍵 ${keyId})`);

/** Checks the signature with Apple's own certificates. @see decision 028 */
export const signature: CheckRule = ({ next: { evidence, simulated }, circumstances }): Check | undefined => {
  if (evidence.of !== "certificate" || (simulated === true && circumstances.simulator === true)) return undefined;
  switch (evidence.signature) {
    case "verified":
      return { id: "signature", outcome: "good", what: text("signed by Apple", "Apple が署名しています") };
    case "forged":
      return {
        id: "signature",
        outcome: "bad",
        what: text(
          `names an authority of Apple as its issuer, but that authority did not sign it: ${evidence.issuer.name}`,
          `発行者として Apple の認証局を名乗っていますが、その認証局の署名ではありません: ${evidence.issuer.name}`,
        ),
      };
    case "unknown":
      return {
        id: "signature",
        outcome: "unknown",
        what: text(
          "not checked: this program does not have the certificate of the issuer",
          "確認していません(発行者の証明書がこのプログラムにありません)",
        ),
      };
  }
};

/** What our simulator of Apple makes is for rehearsals; elsewhere nothing would work with it. */
export const notSimulated: CheckRule = ({ next, circumstances: { simulator = false } }): Check | undefined =>
  next.simulated !== true || simulator
    ? undefined
    : {
        id: "simulator",
        outcome: "bad",
        what: text(
          "made by a simulator (SIMULATOR), for rehearsals alone: do not upload it",
          "シミュレーター(SIMULATOR)で作成された練習用のものです。アップロードしないでください",
        ),
      };

const APPLES: readonly string[] = ["push-certificate", "agent-push-certificate", "agent-build-certificate"];

const topicNotRecorded = (topic: string): Check => ({
  id: "topic",
  outcome: "unknown",
  what: text(
    `the current topic is not recorded. The new topic is ${topic}: compare it with last year's file (--current FILE) before the upload; with another topic every enrolled device stops responding`,
    `使用中のトピックが記録されていません。新しいものは ${topic} です。アップロード前に前回のファイル(--current FILE)と比べてください。トピックが違うと登録済みの全デバイスが応答しなくなります`,
  ),
});

/** @see facts 3.4: a changed topic cuts every enrolled device off, and nothing says so anywhere */
export const topic: CheckRule = ({ current, next }): Check => {
  const [was, is] = [current.expiring.topic, next.expiring.topic];
  if (was === null && is !== null && current.evidence === undefined) return topicNotRecorded(is);
  if (was === null || is === null) {
    return {
      id: "topic",
      outcome: "bad",
      what: text("the topic (subject UID) is missing", "トピック(サブジェクトの UID)がありません"),
    };
  }
  if (was === is) return { id: "topic", outcome: "good", what: text(`the same: ${was}`, `同じ: ${was}`) };
  return {
    id: "topic",
    outcome: "bad",
    what: text(
      `the topic would change from ${was} to ${is}: every enrolled device would stop responding until it is enrolled again. Do not upload this file. In Apple's portal, sign in with the same Apple Account and use Renew on the existing certificate, never Create a Certificate`,
      `${was} から ${is} に変わります。アップロードすると、登録済みの全デバイスが応答しなくなり、再登録が必要になります。アップロードしないでください。Apple のポータルで同じ Apple Account を使い、既存の行の「Renew」を選んでください(「Create a Certificate」は使わない)`,
    ),
  };
};
