import type { CredentialKind } from "../../model/credential.ts";
import type { AdministratorRole, Operation } from "../../model/role.ts";

export interface ActorAccount {
  /** record number of the account's user; `id` is the id of this user */
  readonly user: number;
  readonly id: string;
  readonly name: string;
}

export interface ActorCredential {
  readonly id: string;
  readonly kind: CredentialKind;
  readonly name: string;
  readonly isReadOnly: boolean;
  /** a UTC instant */
  readonly expiresAt: string;
}

/** The actor is the owner of the machine, or an account with a role. */
export interface Actor {
  /** undefined: the owner of the machine, who may do everything */
  readonly account?: ActorAccount | undefined;
  readonly role: AdministratorRole;
  /** the scheme of a custom administrator; `items`: the operations that the scheme permits */
  readonly scheme?: string | undefined;
  readonly items: ReadonlySet<Operation>;
  /** the numbers of the organisations that the actor administers, with all organisations below them; undefined: all */
  readonly orgs: readonly number[] | undefined;
  readonly credential?: ActorCredential | undefined;
}
