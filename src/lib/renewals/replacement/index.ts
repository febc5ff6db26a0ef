import type { Renewable } from "../../apple/index.ts";
import { RENEWAL_KINDS, type RenewalKind } from "../../model/renewal.ts";
import { text } from "../../text/index.ts";
import {
  checkIssuer,
  checkLaterExpiry,
  checkName,
  checkTopic,
  checkDifferentFile,
  checkValidity,
} from "./certificate.ts";
import type { Check, JudgementOptions, CurrentItem, ReplacementJudgement, CheckRule } from "./check.ts";
import { checkRequestAge, checkRequestKey } from "./request.ts";
import {
  checkAdeConsumer,
  checkAdeKey,
  checkOldAdeToken,
  checkAdeServer,
  checkVppLocation,
  checkVppOrganisation,
} from "./token.ts";

const CERTIFICATE_RULES: readonly CheckRule[] = [
  checkDifferentFile,
  checkName,
  checkLaterExpiry,
  checkValidity,
  checkIssuer,
  checkRequestKey,
  checkRequestAge,
];

const RULES_BY_KIND: Readonly<Record<RenewalKind, readonly CheckRule[]>> = {
  "push-certificate": [
    checkDifferentFile,
    checkTopic,
    checkLaterExpiry,
    checkValidity,
    checkIssuer,
    checkRequestKey,
    checkRequestAge,
  ],
  "ade-token": [
    checkDifferentFile,
    checkAdeKey,
    checkAdeServer,
    checkAdeConsumer,
    checkLaterExpiry,
    checkValidity,
    checkOldAdeToken,
  ],
  "vpp-token": [checkDifferentFile, checkVppOrganisation, checkVppLocation, checkLaterExpiry, checkValidity],
  "agent-profile": [checkDifferentFile, checkName, checkLaterExpiry, checkValidity],
  "agent-build-certificate": CERTIFICATE_RULES,
  "agent-push-certificate": CERTIFICATE_RULES,
  "device-certificate": CERTIFICATE_RULES,
  certificate: CERTIFICATE_RULES,
  "android-owner": [checkLaterExpiry, checkValidity],
  custom: [checkLaterExpiry, checkValidity],
};

const NO_CURRENT_ITEM_CHECK: Check = {
  id: "kind",
  outcome: "unknown",
  what: text(
    "not compared, because the current item is not recorded",
    "使用中の証明書やトークンが記録されていないため、比較できません",
  ),
};

const NEW_FILE_CHECKS: readonly Check["id"][] = ["validity", "issuer", "request-key", "key", "old-token"];

const IDENTITY_CHECKS: readonly Check["id"][] = [
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
 * Judges whether `next` may replace `current` (null: not known) before it is uploaded. Missing information is reported
 * as unknown or left out; it never counts as good or bad. All code that judges a replacement uses this function.
 *
 * @see facts 3.3 to 3.5: what goes wrong in a renewal
 */
export function judgeReplacement(
  current: CurrentItem | null,
  next: Renewable,
  circumstances: JudgementOptions,
): ReplacementJudgement {
  const checks =
    current === null
      ? [
          NO_CURRENT_ITEM_CHECK,
          ...runChecks(createUnknownCurrentItem(next), next, circumstances).filter(({ id }) =>
            NEW_FILE_CHECKS.includes(id),
          ),
        ]
      : runChecks(current, next, circumstances);
  // The name of an MDM server can be changed at Apple. If the consumer key is the same, it is the same server.
  const isSameServer = checks.some(({ id, outcome }) => id === "consumer" && outcome === "good");
  const identity = IDENTITY_CHECKS.filter((id) => id !== "server" || !isSameServer);
  const leftToCheck = checks
    .filter(({ id, outcome }) => (outcome === "unknown" || outcome === "warning") && identity.includes(id))
    .map(({ id }) => id);
  const sure = leftToCheck.length === 0 || !circumstances.strict;
  return { safe: sure && checks.every(({ outcome }) => outcome !== "bad"), leftToCheck, checks };
}

const AGE_CHECKS: readonly Check["id"][] = ["file", "expiry", "validity"];

/**
 * Returns the failed checks that prevent a file from being recorded.
 *
 * @param waits true if the file is recorded as downloaded and waits for its upload; false if it is recorded as the file
 * in use
 */
export const listBlockingChecks = (
  { checks }: ReplacementJudgement,
  { waits }: { readonly waits: boolean },
): readonly Check[] => checks.filter(({ id, outcome }) => outcome === "bad" && (waits || !AGE_CHECKS.includes(id)));

function runChecks(current: CurrentItem, next: Renewable, circumstances: JudgementOptions): readonly Check[] {
  const [was, is] = [current.expiring.kind, next.expiring.kind];
  return [
    checkKind(was, is),
    ...(was === is ? RULES_BY_KIND[was] : []).flatMap((rule) => rule({ current, next, circumstances }) ?? []),
  ];
}

/** Creates a current item with only the kind of `next`, so that only the checks of the new file alone can run. */
const createUnknownCurrentItem = ({ expiring }: Renewable): CurrentItem => ({
  expiring: { ...expiring, expiresAt: null, validFrom: null, fingerprint: null },
});

function checkKind(was: RenewalKind, is: RenewalKind): Check {
  const [old, found] = [RENEWAL_KINDS[was], RENEWAL_KINDS[is]];
  if (was === is)
    return { id: "kind", outcome: "good", what: text(`same kind: ${old.en}`, `どちらも「${old.ja}」です`) };
  return {
    id: "kind",
    outcome: "bad",
    what: text(
      `different kinds: ${old.en} (in use) and ${found.en} (new file)`,
      `種類が異なります。使用中のファイルは「${old.ja}」ですが、新しいファイルは「${found.ja}」です`,
    ),
  };
}
