import type { Operation } from "../../derived/role-policy.ts";
import type { CredentialKind } from "../../model/credential.ts";
import type { AdministratorRole } from "../../nouns/account.ts";

export interface ActorAccount {
  /** record number of the account's user */
  readonly user: number;
  readonly id: string;
  readonly name: string;
}

export interface ActorCredential {
  readonly id: string;
  readonly kind: CredentialKind;
  readonly name: string;
  readonly isReadOnly: boolean;
  /** true for a read-only token that may record runs of jobs and sent reminders */
  readonly addsJobs: boolean;
  /** a UTC instant */
  readonly expiresAt: string;
}

export interface Actor {
  /** undefined for the computer's owner, who may do everything */
  readonly account?: ActorAccount | undefined;
  readonly role: AdministratorRole;
  /** scheme of a custom administrator; `items` are the operations that the scheme permits */
  readonly scheme?: string | undefined;
  readonly items: ReadonlySet<Operation>;
  /** numbers of the organisations that the actor administers, including those below; undefined means all */
  readonly orgs: readonly number[] | undefined;
  readonly credential?: ActorCredential | undefined;
}
