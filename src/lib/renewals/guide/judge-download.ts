import type { Renewable } from "../../apple/index.ts";
import { text } from "../../text/index.ts";
import type { Recorded } from "../judge.ts";
import { requestOfCurrent } from "../replacement/request.ts";
import { judgeReplacement } from "../replacement/index.ts";
import type { Check, Circumstances, Current, Judgement, RequestFile } from "../replacement/check.ts";

/** What is in use: its file, or what is recorded; null where neither is known. */
export type InUse = { readonly file: Renewable } | { readonly record: Recorded } | null;

/** Before any date: for what has none, so that it is never taken as the later one. */
const LONG_AGO = "1970-01-01T00:00:00Z";

const NOT_KNOWN: Check = {
  id: "kind",
  outcome: "unknown",
  what: text("nothing is recorded to compare the new one with", "使用中のものが記録されていないため、比較できません"),
};

/** Checks that need no more than the new file and its request. */
const OF_NEXT_ALONE: readonly Check["id"][] = ["validity", "issuer", "request-key", "key", "old-token"];

/**
 * Whether a download may replace what is in use. What is not known of that is reported as unknown, never taken as
 * good, and never as bad.
 */
export function judgeDownload(inUse: InUse, next: Renewable, circumstances: Circumstances): Judgement {
  if (inUse === null) {
    const { checks } = judgeReplacement(nothingOf(next), next, circumstances);
    return judgementOf([NOT_KNOWN, ...checks.filter(({ id }) => OF_NEXT_ALONE.includes(id))]);
  }
  if ("file" in inUse) return judgeReplacement(inUse.file, next, circumstances);
  const { record } = inUse;
  const { checks } = judgeReplacement(currentOf(record), next, circumstances);
  return judgementOf(
    checks.flatMap((check) => {
      if (check.id === "topic" && record.topic === null && next.expiring.topic !== null) {
        return [topicNotKnown(next.expiring.topic)];
      }
      return check.id === "expiry" && record.expiresAt === null ? [] : [check];
    }),
  );
}

/** What is certainly wrong with a signing request, before anything is renewed with it. */
export const judgeRequest = (inUse: InUse, request: RequestFile): Check | undefined =>
  inUse !== null && "file" in inUse ? requestOfCurrent(inUse.file, request) : undefined;

const judgementOf = (checks: readonly Check[]): Judgement => ({
  safe: checks.every(({ outcome }) => outcome !== "bad"),
  checks,
});

const topicNotKnown = (topic: string): Check => ({
  id: "topic",
  outcome: "unknown",
  what: text(
    `the current topic is not recorded. The new topic is ${topic}: compare it with last year's file (--current FILE) before the upload; with another topic every enrolled device stops responding`,
    `使用中のトピックが記録されていません。新しいものは ${topic} です。アップロード前に前回のファイル(--current FILE)と比べてください。トピックが違うと登録済みの全デバイスが応答しなくなります`,
  ),
});

const currentOf = ({ kind, name, expiresAt, certainty, fingerprint, topic, organisation }: Recorded): Current => ({
  expiring: {
    kind,
    name,
    expiresAt: expiresAt ?? LONG_AGO,
    validFrom: null,
    certainty,
    fingerprint: fingerprint ?? "",
    topic,
    organisation,
  },
});

const nothingOf = ({ expiring }: Renewable): Current => ({
  expiring: { ...expiring, fingerprint: "", expiresAt: LONG_AGO, validFrom: null },
});
