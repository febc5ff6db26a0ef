import { computeTotpCode, getTotpStep } from "../../../src/lib/tenant/sign-in/totp-code.ts";
import { addTestAccount, type TestAccount } from "./accounts.ts";
import type { TestTenant } from "./tenant.ts";

/** The password of all accounts that sign in. */
export const PASSWORD = "Canary42Canary";

/** Sends requests of a tenant as over a socket. */
export class SignInDesk {
  readonly tenant: TestTenant;

  constructor(tenant: TestTenant) {
    this.tenant = tenant;
  }

  /** Adds an account with a password, and returns the id of its user. */
  async add(name: string, more: Partial<TestAccount> = {}): Promise<string> {
    const id = await addTestAccount(this.tenant, { name, role: "system", ...more });
    await this.tenant.client.accounts.resetPassword(id, { password: PASSWORD });
    return id;
  }

  post(path: string, body: unknown, more: { secret?: string; address?: string } = {}): Promise<Response> {
    return this.tenant.request(path, { method: "POST", body: JSON.stringify(body), ...more });
  }

  /** Tries to sign in. */
  signIn(account: string, more: { password?: string; code?: string; address?: string } = {}): Promise<Response> {
    const { password = PASSWORD, code, address } = more;
    const body = { account, password, ...(code !== undefined && { code }) };
    return this.post("/v1/sessions", body, address === undefined ? {} : { address });
  }

  /** Signs in, and returns the secret of the session. */
  async secretOf(account: string, code?: string): Promise<string> {
    const response = await this.signIn(account, code === undefined ? {} : { code });
    return ((await response.json()) as { secret: string }).secret;
  }

  async statusOf(path: string, secret?: string): Promise<number> {
    return (await this.tenant.request(path, { secret })).status;
  }

  /** Returns the code that an app shows now, or some steps later. */
  codeOf(key: string, later = 0): string {
    return computeTotpCode(key, getTotpStep(this.tenant.surroundings.time) + later);
  }

  /** Sets up an app for the account of a session; the clock then goes on, so that its next code is new. */
  async enableTotp(secret: string): Promise<{ readonly key: string; readonly backupCodes: readonly string[] }> {
    const { secret: key } = (await (await this.post("/v1/totp", undefined, { secret })).json()) as { secret: string };
    const confirmed = await this.post("/v1/totp/confirm", { code: this.codeOf(key) }, { secret });
    const { backupCodes } = (await confirmed.json()) as { backupCodes: string[] };
    this.tenant.surroundings.time += 60_000;
    return { key, backupCodes };
  }

  /** All that the database contains, as one text. */
  readDatabase(): string {
    return JSON.stringify(
      this.tenant
        .sql("select name from sqlite_schema where type = 'table'")
        .map(({ name }) => this.tenant.sql(`select * from "${String(name)}"`)),
    );
  }
}
