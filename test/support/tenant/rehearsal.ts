import type { AppleRequest, AppleResponse, Send } from "../../../src/lib/apple/retry.ts";
import type { Ade, AdeSync } from "../../../src/lib/tenant/api/operations.ts";
import type { Row } from "../../../src/lib/tenant/store/database.ts";
import type { FaultName } from "../apple/simulator/faults.ts";
import { createInProcessSend, Simulator } from "../apple/simulator/simulator.ts";
import { TestTenant } from "./tenant.ts";

const SIMULATOR_URL = "http://127.0.0.1:8080";

interface RehearsalOptions {
  readonly devices?: number;
  /** number of devices per page; small, so that a few devices need several pages */
  readonly pageSize?: number;
}

const KEY_COLUMNS = "privateKey, certificate, keyAt";

/** The key pair for all rehearsals of a file, because creating a key pair is slow. */
let sharedKey: Row | undefined;

export class Rehearsal implements AsyncDisposable {
  readonly tenant: TestTenant;
  readonly simulator: Simulator;
  /** requests that the device service received, such as `POST /server/devices` */
  readonly asked: string[] = [];
  before: (request: AppleRequest) => Promise<void> = async () => {};

  constructor({ devices = 0, pageSize = 3 }: RehearsalOptions = {}, tenant: TestTenant = new TestTenant()) {
    this.tenant = tenant;
    const now = (): number => tenant.surroundings.time;
    this.simulator = new Simulator({ seed: "rehearsal", devices, pageSize, now });
    tenant.apple = this.answering;
  }

  readonly answering: Send = async (request): Promise<AppleResponse> => {
    this.asked.push(`${request.method} ${new URL(request.url).pathname}`);
    await this.before(request);
    return createInProcessSend(this.simulator)(request);
  };

  fault(fault: FaultName, more: { readonly after?: number; readonly count?: number } = {}): void {
    this.simulator.faults.add({ fault, ...more });
  }

  async setUp(): Promise<Ade> {
    const { ade } = this.tenant.client;
    await ade.setEndpoint({ url: SIMULATOR_URL });
    if (sharedKey === undefined) {
      await ade.createKeyPair({});
      [sharedKey] = this.tenant.sql(`select ${KEY_COLUMNS} from ade_server`);
    } else {
      const sets = KEY_COLUMNS.split(", ").map((column) => `${column} = :${column}`);
      this.tenant.database.run(`update ade_server set ${sets.join(", ")}`, sharedKey);
    }
    return this.newToken();
  }

  async newToken(server?: string): Promise<Ade> {
    const { ade } = this.tenant.client;
    const { certificate } = await ade.createKeyPair({});
    const { content } = this.simulator.token(certificate, server);
    const name = `${server ?? "Office"}_Token_2026-04-01T00-00-00Z_smime.p7m`;
    return (await ade.setToken({ name, content: Buffer.from(content).toString("base64") })).ade;
  }

  sync(asked: Parameters<TestTenant["client"]["ade"]["sync"]>[0] = {}): Promise<AdeSync> {
    return this.tenant.client.ade.sync(asked);
  }

  async reject(): Promise<void> {
    this.fault("token-rejected", { count: 1 });
    await this.sync({ kind: "full" }).catch(() => undefined);
  }

  async devices(): Promise<ReadonlyMap<string, string>> {
    const found = await Array.fromAsync(this.tenant.client.ade.devices());
    return new Map(found.map(({ serialNumber, profileStatus }) => [serialNumber, profileStatus ?? "empty"]));
  }

  simulated(): ReadonlyMap<string, string> {
    return new Map([...this.simulator.present()].map(({ serial, status }) => [serial, status]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tenant[Symbol.asyncDispose]();
  }
}
