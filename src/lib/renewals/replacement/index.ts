import type { Renewable } from "../../apple/index.ts";
import { RENEWAL_KINDS, type RenewalKind } from "../../model/renewal.ts";
import { text } from "../../text/index.ts";
import { issuer, later, notSimulated, sameName, signature, topic, unlike, validNow } from "./certificate.ts";
import type { Check, Circumstances, Current, Judgement, CheckRule } from "./check.ts";
import { requestAge, requestKey } from "./request.ts";
import { adeConsumer, adeKey, adeOldToken, adeServer, vppLocation, vppOrganisation } from "./token.ts";

const CERTIFICATE: readonly CheckRule[] = [unlike, sameName, later, validNow, issuer, requestKey, requestAge];

const RULES: Readonly<Record<RenewalKind, readonly CheckRule[]>> = {
  "push-certificate": [unlike, topic, later, validNow, issuer, signature, requestKey, requestAge],
  "ade-token": [unlike, adeKey, adeServer, adeConsumer, later, validNow, adeOldToken],
  "vpp-token": [unlike, vppOrganisation, vppLocation, later, validNow],
  "agent-profile": [unlike, sameName, later, validNow],
  "agent-build-certificate": CERTIFICATE,
  "agent-push-certificate": CERTIFICATE,
  "device-certificate": CERTIFICATE,
  certificate: CERTIFICATE,
  "android-owner": [later, validNow],
  custom: [later, validNow],
};

const NOT_KNOWN: Check = {
  id: "kind",
  outcome: "unknown",
  what: text("nothing is recorded to compare the new one with", "使用中のものが記録されていないため、比較できません"),
};

/** Checks that need no more than the new file and its request. */
const OF_NEXT_ALONE: readonly Check["id"][] = [
  "simulator",
  "validity",
  "issuer",
  "signature",
  "request-key",
  "key",
  "old-token",
];

/** What makes a file the successor of another. A missing chain of signatures ("signature") is a note only. */
const IDENTITY: readonly Check["id"][] = [
  "kind",
  "topic",
  "name",
  "issuer",
  "request-key",
  "key",
  "server",
  "consumer",
  "organisation",
  "location",
];

/**
 * Judges whether `next` may replace `current` (null: not known), before it is uploaded. What is not known is reported as
 * unknown or left out, never taken as good, and never as bad. Everybody who judges a replacement asks here.
 *
 * @see facts 3.3 to 3.5: what goes wrong at a renewal
 */
export function judgeReplacement(current: Current | null, next: Renewable, circumstances: Circumstances): Judgement {
  const checks =
    current === null
      ? [NOT_KNOWN, ...compare(unknown(next), next, circumstances).filter(({ id }) => OF_NEXT_ALONE.includes(id))]
      : compare(current, next, circumstances);
  // the name of an MDM server can be changed at Apple: the consumer key tells
  const isSameServer = checks.some(({ id, outcome }) => id === "consumer" && outcome === "good");
  const identity = IDENTITY.filter((id) => id !== "server" || !isSameServer);
  const leftToCheck = checks
    .filter(({ id, outcome }) => (outcome === "unknown" || outcome === "warning") && identity.includes(id))
    .map(({ id }) => id);
  const sure = leftToCheck.length === 0 || !circumstances.strict;
  return { safe: sure && checks.every(({ outcome }) => outcome !== "bad"), leftToCheck, checks };
}

/** Checks of age: the file in use fails them itself, if it is recorded again. */
const OF_AGE: readonly Check["id"][] = ["file", "expiry", "validity"];

/**
 * The checks for which a file is not recorded.
 *
 * @param waits it is recorded as downloaded, to be uploaded; else as the one in use
 */
export const refusalsOf = ({ checks }: Judgement, { waits }: { readonly waits: boolean }): readonly Check[] =>
  checks.filter(({ id, outcome }) => outcome === "bad" && (waits || !OF_AGE.includes(id)));

function compare(current: Current, next: Renewable, circumstances: Circumstances): readonly Check[] {
  const [was, is] = [current.expiring.kind, next.expiring.kind];
  return [
    sameKind(was, is),
    ...[notSimulated, ...(was === is ? RULES[was] : [])].flatMap(
      (rule) => rule({ current, next, circumstances }) ?? [],
    ),
  ];
}

/** Something of the kind of `next` of which nothing is known. */
const unknown = ({ expiring }: Renewable): Current => ({
  expiring: { ...expiring, expiresAt: null, validFrom: null, fingerprint: null },
});

function sameKind(was: RenewalKind, is: RenewalKind): Check {
  const [old, found] = [RENEWAL_KINDS[was], RENEWAL_KINDS[is]];
  if (was === is) return { id: "kind", outcome: "good", what: text(`both: ${old.en}`, `どちらも「${old.ja}」です`) };
  return {
    id: "kind",
    outcome: "bad",
    what: text(
      `different kind: the current one is: ${old.en}; the new one is: ${found.en}`,
      `現在のものは「${old.ja}」ですが、新しいものは「${found.ja}」です`,
    ),
  };
}
