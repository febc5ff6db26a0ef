import type { AdministratorRole, Operation } from "../../model/role.ts";

/** The account that somebody acts as. */
export interface AskingAccount {
  /** the number and the id of its user */
  readonly user: number;
  readonly id: string;
  readonly name: string;
}

/** Who acts: the machine's owner, or an account with a role. */
export interface Actor {
  /** undefined: the machine's owner, who may do everything */
  readonly account?: AskingAccount | undefined;
  readonly role: AdministratorRole;
  /** of a custom administrator: its scheme, and what that has */
  readonly scheme?: string | undefined;
  readonly items: ReadonlySet<Operation>;
  /** the numbers of the organisations that are its own, each with all below it; undefined: all */
  readonly orgs: readonly number[] | undefined;
}

/** The machine's owner. */
export const OWNER: Actor = { role: "system", items: new Set(), orgs: undefined };
