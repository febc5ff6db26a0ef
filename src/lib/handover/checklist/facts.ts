import type { Answer } from "../../model/answer.ts";
import type { TenantProfile } from "../../model/tenant.ts";
import { dayOf, subtractOneYear } from "../../model/time.ts";
import type { RecordOf } from "../../model/thing.ts";
import type { Rejection } from "../../renewals/judge.ts";
import type { RESOURCES, ResourceName } from "../resources.ts";

/** A record of a resource, in the form that a bundle contains. */
type BundledRecord<N extends ResourceName> = RecordOf<(typeof RESOURCES)[N]["fields"]>;

export type Administrator = BundledRecord<"administrators">;
/** A renewal item, with the rejection if Apple rejected its token. */
export type Renewal = BundledRecord<"renewals"> & { readonly rejection?: Rejection | undefined };
export type PushCertificateFacts = BundledRecord<"push-certificate">;
export type AdeServerFacts = BundledRecord<"ade-server">;
export type VppTokenFacts = BundledRecord<"vpp-tokens">;

/**
 * Returns the day of the last login to an account: the confirmed login, or the login from which the expiry date was
 * estimated, whichever is later. Returns null if neither is known.
 */
export const findLastLogin = (
  { confirmedAt, expiresAt, certainty }: Pick<Renewal, "confirmedAt" | "expiresAt" | "certainty">,
  timezone: string,
): string | null => {
  const told = certainty === "estimated" && expiresAt !== null ? subtractOneYear(expiresAt) : null;
  const [last] = [confirmedAt, told]
    .filter((at) => at !== null)
    .toSorted((one, other) => Date.parse(other) - Date.parse(one));
  return last === undefined ? null : dayOf(last, timezone);
};

/** A daily run that is installed on the machine. */
export interface DailyRunFacts {
  /** `systemd`, `systemd-system`, `cron`, `task-scheduler` */
  readonly way: string;
  /** `09:00`; null if somebody has changed the schedule; undefined in bundles without this information */
  readonly at?: string | null | undefined;
  /** IANA name of the time zone of `at`; null for the machine's own time zone */
  readonly timezone?: string | null | undefined;
  /** a UTC instant; null if no run was recorded, or (in a bundle) if the daily run is not late */
  readonly lastRunAt: string | null;
  /** whether the daily run is late (has not run for days); undefined in bundles without this information */
  readonly late?: boolean | undefined;
}

/** A recipient of reminders, from the settings of the machine. */
export interface RecipientFacts {
  readonly way: string;
  readonly name: string;
  /** email address; null for other channels */
  readonly address: string | null;
}

/** What is known about clomoctl itself: the machine that checks the tenant. */
export interface ClomoctlFacts {
  readonly machine: string | null;
  /** user of the operating system */
  readonly user: string | null;
  /** path of the home folder */
  readonly home: string;
  /** null: the operating system manages the daily runs, and they cannot be read */
  readonly runs: readonly DailyRunFacts[] | null;
  readonly recipients: readonly RecipientFacts[];
  /** the account that sends the reminders by email, or their sender; null: no email is sent */
  readonly mailAccount: string | null;
  /** why the recipients and the email account are not included; undefined: they are included */
  readonly withheld?: WithheldReason | undefined;
}

/** Why facts are withheld: the reader may not see them, or the requested part of the tenant does not include them. */
export type WithheldReason = "not-permitted" | "out-of-scope";

/** The facts from which the checklist is built. They come from a tenant's API or from a bundle. */
export interface HandoverFacts {
  readonly tenant: TenantProfile;
  readonly administrators: readonly Administrator[];
  readonly renewals: readonly Renewal[];
  readonly pushCertificate: PushCertificateFacts | null;
  readonly adeServer: AdeServerFacts | null;
  readonly vppTokens: readonly VppTokenFacts[];
  readonly answers: readonly Answer[];
  /** null: not known, for example if there is only a bundle */
  readonly clomoctl: ClomoctlFacts | null;
}

const compareTexts = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

const compareById = (one: { readonly id: string }, other: { readonly id: string }): number =>
  compareTexts(one.id, other.id);

/**
 * Sorts facts into the same order whatever their source is. The first match and the number of a step are therefore the
 * same in a report and in the tenant, and do not change when a date passes another date.
 */
export const sortFacts = (facts: HandoverFacts): HandoverFacts => ({
  ...facts,
  administrators: facts.administrators.toSorted(compareById),
  renewals: facts.renewals.toSorted(compareById),
  vppTokens: facts.vppTokens.toSorted(compareById),
  answers: facts.answers.toSorted(
    (one, other) => compareTexts(one.question, other.question) || compareTexts(one.subject, other.subject),
  ),
});
