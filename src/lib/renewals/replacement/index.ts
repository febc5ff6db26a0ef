import type { Renewable } from "../../apple/index.ts";
import { RENEWAL_KINDS, type RenewalKind } from "../../model/renewal.ts";
import { text } from "../../text/index.ts";
import { issuer, later, sameName, topic, unlike, validNow } from "./certificate.ts";
import type { Check, Circumstances, Current, Judgement, Rule } from "./check.ts";
import { requestAge, requestKey } from "./request.ts";
import { adeConsumer, adeKey, adeOldToken, adeServer, vppLocation, vppOrganisation } from "./token.ts";

const CERTIFICATE: readonly Rule[] = [unlike, sameName, later, validNow, issuer, requestKey, requestAge];

const RULES: Readonly<Record<RenewalKind, readonly Rule[]>> = {
  "push-certificate": [unlike, topic, later, validNow, issuer, requestKey, requestAge],
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

/**
 * Judges whether `next` may replace `current`, before it is uploaded.
 *
 * @see facts 3.3 to 3.5: what goes wrong at a renewal
 */
export function judgeReplacement(current: Current, next: Renewable, circumstances: Circumstances): Judgement {
  const [was, is] = [current.expiring.kind, next.expiring.kind];
  const checks = [
    sameKind(was, is),
    ...(was === is ? RULES[was].flatMap((rule) => rule({ current, next, circumstances }) ?? []) : []),
  ];
  return { safe: checks.every(({ outcome }) => outcome !== "bad"), checks };
}

function sameKind(was: RenewalKind, is: RenewalKind): Check {
  const [old, found] = [RENEWAL_KINDS[was].name, RENEWAL_KINDS[is].name];
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
