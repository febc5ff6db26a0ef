import { momentIn } from "../../model/time.ts";
import { same, text } from "../../text/index.ts";
import { doubtful, type Check, type Rule } from "./check.ts";

const USUAL_ZONE = "Asia/Tokyo";

/** Refuses the very same file; undefined otherwise. */
export const unlike: Rule = ({ current, next }): Check | undefined =>
  current.expiring.fingerprint === next.expiring.fingerprint
    ? {
        id: "file",
        outcome: "bad",
        what: text("same as the one in use", "現在使われているものと同じです"),
      }
    : undefined;

export const sameName: Rule = ({ current, next, circumstances }): Check => {
  const [was, is] = [current.expiring.name, next.expiring.name];
  return was === is
    ? { id: "name", outcome: "good", what: text(`the same: ${was}`, `同じ: ${was}`) }
    : {
        id: "name",
        outcome: doubtful(circumstances),
        what: text(`changes from ${was} to ${is}`, `${was} から ${is} に変わります`),
      };
};

export const later: Rule = ({ current, next, circumstances: { timezone = USUAL_ZONE } }): Check | undefined => {
  const [was, is] = [current.expiring.expiresAt, next.expiring.expiresAt];
  if (was === null) return undefined;
  const estimated = [current, next].some(({ expiring }) => expiring.certainty !== "exact");
  const sure = estimated ? text(" (estimated)", "(推定を含む)") : same("");
  const [old, found] = [momentIn(was, timezone), momentIn(is, timezone)];
  const longer = Date.parse(is) > Date.parse(was);
  return {
    id: "expiry",
    outcome: longer ? "good" : "bad",
    what: longer
      ? text(`${found} instead of ${old}${sure.en}`, `${old} から ${found} に延びます${sure.ja}`)
      : text(
          `${found} is not later than ${old}${sure.en}: this is an old file`,
          `${found} は現在の ${old} より後ではありません${sure.ja}。古いファイルです`,
        ),
  };
};

/** A simulator's clock can be put forward: what it makes may be valid from a day that has not come yet. */
export const validNow: Rule = ({ next, circumstances }): Check => {
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

/** By the name only; a certificate of the right topic cannot come from elsewhere but in a test. */
export const issuer: Rule = ({ next: { expiring, evidence }, circumstances }): Check | undefined => {
  if (evidence.of !== "certificate" || !APPLES.includes(expiring.kind)) return undefined;
  return evidence.issuedByApple
    ? { id: "issuer", outcome: "good", what: same("Apple") }
    : {
        id: "issuer",
        outcome: doubtful(circumstances),
        what: text("not issued by Apple", "Apple が発行したものではありません"),
      };
};

/** What our simulator of Apple makes is for rehearsals; elsewhere nothing would work with it. */
export const notSimulated: Rule = ({ next, circumstances: { simulator = false } }): Check | undefined =>
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
export const topic: Rule = ({ current, next }): Check => {
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
