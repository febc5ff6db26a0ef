import { TestTenant } from "../../tenant/tenant.ts";
import { BusinessSimulator } from "./simulator.ts";

const URL = "http://127.0.0.1:8080";

/** A mirror with the key of a simulated organisation. */
export class Organisation implements AsyncDisposable {
  readonly tenant = new TestTenant();
  readonly simulator = new BusinessSimulator(() => this.tenant.surroundings.time);

  constructor(servers: readonly string[] = ["CLOMO MDM"]) {
    this.tenant.apple = this.simulator.send;
    this.simulator.addServer(...servers);
  }

  get ade() {
    return this.tenant.client.ade;
  }

  async setUp({ isMirror = true, server }: { isMirror?: boolean; server?: string } = {}): Promise<this> {
    // the first request creates the tenant
    await this.tenant.client.tenant.show();
    if (isMirror) this.tenant.database.run("update tenant set mirroredAt = '2026-01-01T00:00:00.000Z'");
    await this.ade.setBusinessKey({ key: this.key(), ...(server !== undefined && { server }) });
    return this;
  }

  key(pem = this.simulator.privateKey) {
    const { clientId, keyId } = this.simulator;
    return { name: "key.pem", content: Buffer.from(pem).toString("base64"), clientId, keyId, url: URL };
  }

  /** Records devices as an export of the console has them. */
  record(serials: readonly string[]): void {
    this.tenant.database.change(() => {
      for (const serial of serials)
        this.tenant.database.run(
          `insert into device (id, serialNumber, platform, status, createdAt, updatedAt, revision)
           values (:id, :serial, 'iOS', '管理中', '2026-01-01', '2026-01-01', 1)`,
          { id: `id-${serial}`, serial },
        );
    });
  }

  async devices(query: Parameters<TestTenant["client"]["ade"]["devices"]>[0] = {}) {
    return Array.fromAsync(this.ade.devices(query));
  }

  async serials(query: Parameters<TestTenant["client"]["ade"]["devices"]>[0] = {}): Promise<readonly string[]> {
    return (await this.devices(query)).map(({ serialNumber }) => serialNumber).toSorted();
  }

  /** The devices of the tenant that are not released, with their servers. */
  async owned(): Promise<readonly (readonly [string, string | null])[]> {
    const all = await this.devices();
    return all.filter((one) => one.releasedAt === null).map((one) => [one.serialNumber, one.server] as const);
  }

  /** The devices that Apple has, with their servers. */
  simulated(): ReadonlyMap<string, string | null> {
    return new Map([...this.simulator.devices.values()].map(({ serial, server = null }) => [serial, server]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tenant[Symbol.asyncDispose]();
  }
}
