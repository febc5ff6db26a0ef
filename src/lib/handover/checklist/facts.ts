import type { Answer } from "../../model/answer.ts";
import type { TenantProfile } from "../../model/tenant.ts";
import { dayOf, yearBefore } from "../../model/time.ts";
import type { RecordOf } from "../../model/thing.ts";
import type { Rejection } from "../../renewals/judge.ts";
import type { RESOURCES, ResourceName } from "../resources.ts";

/** A record of a resource, as a bundle has it. */
type RecordIn<N extends ResourceName> = RecordOf<(typeof RESOURCES)[N]["fields"]>;

export type Administrator = RecordIn<"administrators">;
/** With what is known beside its date: that Apple rejected it. */
export type Renewal = RecordIn<"renewals"> & { readonly rejection?: Rejection | undefined };
export type PushCertificateFacts = RecordIn<"push-certificate">;
export type AdeServerFacts = RecordIn<"ade-server">;
export type VppTokenFacts = RecordIn<"vpp-tokens">;

/** The day of the last login to an account: as confirmed, or as the estimate of when it ends follows from it; null where neither is recorded. */
export const lastLoginOf = (
  { confirmedAt, expiresAt, certainty }: Pick<Renewal, "confirmedAt" | "expiresAt" | "certainty">,
  timezone: string,
): string | null => {
  const told = certainty === "estimated" && expiresAt !== null ? yearBefore(expiresAt) : null;
  const [last] = [confirmedAt, told]
    .filter((at) => at !== null)
    .toSorted((one, other) => Date.parse(other) - Date.parse(one));
  return last === undefined ? null : dayOf(last, timezone);
};

/** A daily run that is installed on the machine. */
export interface DailyRunFacts {
  /** `systemd`, `systemd-system`, `cron`, `task-scheduler` */
  readonly way: string;
  /** `09:00`; null where somebody has changed it, undefined in bundles that do not tell it */
  readonly at?: string | null | undefined;
  /** IANA name of the zone of `at`; null is the machine's own */
  readonly timezone?: string | null | undefined;
  /** a UTC instant; null where no run was noted, and in a bundle where it is not late */
  readonly lastRunAt: string | null;
  /** whether it did not run for days; undefined in bundles that do not tell it */
  readonly late?: boolean | undefined;
}

/** Who is notified of renewals, by the settings of the machine. */
export interface RecipientFacts {
  readonly way: string;
  readonly name: string;
  /** of mail */
  readonly address: string | null;
}

/** What is known of clomoctl itself: the machine that looks at the tenant. */
export interface ClomoctlFacts {
  readonly machine: string | null;
  /** the user of the operating system */
  readonly user: string | null;
  /** the folder of the home */
  readonly home: string;
  /** null: the operating system keeps them, and does not tell */
  readonly runs: readonly DailyRunFacts[] | null;
  readonly recipients: readonly RecipientFacts[];
  /** the account by which notices are mailed, or their sender; null: no mail is sent */
  readonly mailAccount: string | null;
  /** why neither recipients nor the mail account are told; undefined: they are */
  readonly withheld?: WithheldReason | undefined;
}

/** Who reads may not see something, or asked for a part of the tenant that does not have it. */
export type WithheldReason = "not-permitted" | "out-of-scope";

/** All that the checklist is made of: from a tenant's routes, or from a bundle. */
export interface HandoverFacts {
  readonly tenant: TenantProfile;
  readonly administrators: readonly Administrator[];
  readonly renewals: readonly Renewal[];
  readonly pushCertificate: PushCertificateFacts | null;
  readonly adeServer: AdeServerFacts | null;
  readonly vppTokens: readonly VppTokenFacts[];
  readonly answers: readonly Answer[];
  /** null: not known, as where there is only a bundle */
  readonly clomoctl: ClomoctlFacts | null;
}

const byText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

const byId = (one: { readonly id: string }, other: { readonly id: string }): number => byText(one.id, other.id);

/**
 * Facts in one order, wherever they are from: what is found first, and the number of a step, are the same in a report and in
 * the tenant, and stay while dates pass one another.
 */
export const inOrder = (facts: HandoverFacts): HandoverFacts => ({
  ...facts,
  administrators: facts.administrators.toSorted(byId),
  renewals: facts.renewals.toSorted(byId),
  vppTokens: facts.vppTokens.toSorted(byId),
  answers: facts.answers.toSorted(
    (one, other) => byText(one.question, other.question) || byText(one.subject, other.subject),
  ),
});
