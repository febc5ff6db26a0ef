import type { Account } from "../../nouns/account.ts";
import type { Answer } from "../../nouns/answer.ts";
import type { AppRecord, ConfigProfile } from "../../nouns/config-profile.ts";
import type { RENEWAL_ITEM } from "../../nouns/renewal.ts";
import type { TenantProfile } from "../../nouns/tenant.ts";
import type { ChecklistItemId } from "../../derived/question.ts";
import type { RecordOf } from "../../model/thing.ts";
import type { Text } from "../../text/index.ts";
import type { Rejection } from "../../renewals/expiry-status.ts";

/** A user who is only marked as an administrator has no role here, and may have no account. */
export interface Administrator extends Pick<
  Account,
  | "id"
  | "user"
  | "emails"
  | "org"
  | "role"
  | "marked"
  | "scheme"
  | "managesAll"
  | "managedOrgs"
  | "supportOption"
  | "noticeMail"
> {
  readonly name: string | null;
}

export type RenewalRecord = RecordOf<typeof RENEWAL_ITEM.fields> & { readonly rejection?: Rejection | undefined };

export type AdeServerFacts = Readonly<Record<"adminId" | "tokenSetAt" | "tokenSetBy", string | null>>;

export interface HandoverFacts {
  readonly tenant: TenantProfile;
  readonly isMirror: boolean;
  readonly administrators: readonly Administrator[];
  readonly renewals: readonly RenewalRecord[];
  readonly adeServer: AdeServerFacts;
  readonly profiles: readonly Pick<ConfigProfile, "name" | "kind" | "orgs" | "devices" | "file" | "memo">[];
  readonly apps: readonly Pick<AppRecord, "name" | "kind" | "orgs" | "devices" | "file" | "memo">[];
  readonly lostDevices: readonly string[];
  readonly answers: readonly Answer[];
}

export interface ChecklistDay {
  readonly asOf: string;
  /** IANA name of the time zone */
  readonly timezone: string;
}

export interface ChecklistRow {
  readonly item: ChecklistItemId | "first-day" | "leaver";
  readonly state: "gap" | "recorded" | "answered" | "note" | "not-applicable" | "step";
  readonly id: string;
  readonly what: Text;
  /** value of a record or an answer; null for any other row */
  readonly value: string | null;
  readonly by: string | null;
  readonly at: string | null;
  /** command or action that closes the gap; null if nothing is missing */
  readonly next: Text | null;
  readonly step?: number | undefined;
}
