import type { Account } from "../../nouns/account.ts";
import type { Answer } from "../../nouns/answer.ts";
import type { AppRecord, ConfigProfile } from "../../nouns/config-profile.ts";
import type { RENEWAL_ITEM } from "../../nouns/renewal.ts";
import type { TenantProfile } from "../../nouns/tenant.ts";
import type { RecordOf } from "../../model/thing.ts";
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
  readonly administrators: readonly Administrator[];
  readonly renewals: readonly RenewalRecord[];
  readonly adeServer: AdeServerFacts;
  readonly profiles: readonly Pick<ConfigProfile, "name" | "kind" | "orgs" | "devices" | "file" | "memo">[];
  readonly apps: readonly Pick<AppRecord, "name" | "kind" | "orgs" | "devices" | "file" | "memo">[];
  readonly lostDevices: readonly string[];
  readonly answers: readonly Answer[];
}
