import { addTestAccount, type TestAccount } from "./accounts.ts";
import type { TestTenant } from "./tenant.ts";

export const PASSWORD = "Canary42Canary";

export class SignInDesk {
  readonly tenant: TestTenant;

  constructor(tenant: TestTenant) {
    this.tenant = tenant;
  }

  async add(name: string, more: Partial<TestAccount> = {}): Promise<string> {
    const id = await addTestAccount(this.tenant, { name, role: "system", ...more });
    await this.tenant.client.accounts.resetPassword(id, { password: PASSWORD });
    return id;
  }

  post(path: string, body: unknown, more: { secret?: string; address?: string } = {}): Promise<Response> {
    return this.tenant.request(path, { method: "POST", body: JSON.stringify(body), ...more });
  }

  signIn(account: string, more: { password?: string; address?: string } = {}): Promise<Response> {
    const { password = PASSWORD, address } = more;
    const body = { account, password };
    return this.post("/v1/sessions", body, address === undefined ? {} : { address });
  }

  async secretOf(account: string): Promise<string> {
    const response = await this.signIn(account);
    return ((await response.json()) as { secret: string }).secret;
  }

  async statusOf(path: string, secret?: string): Promise<number> {
    return (await this.tenant.request(path, { secret })).status;
  }
}
