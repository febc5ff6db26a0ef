import { createSimulator, createInProcessSend, type Simulator } from "../../../src/lib/apple/simulator/index.ts";
import type { AppleResponse, AppleRequest, Send } from "../../../src/lib/apple/send.ts";
import type { Ade, AdeSync } from "../../../src/lib/contract/index.ts";
import { Failure } from "../../../src/lib/errors/index.ts";
import type { OpenTenant } from "../../../src/lib/tenant/index.ts";
import type { Row } from "../../../src/lib/tenant/store/sqlite/database.ts";
import { TestTenant } from "./tenant.ts";

/** The URL under which the tenant finds the simulator. */
export const SIMULATOR_URL = "http://127.0.0.1:8080";

/**
 * What happens to a request before it is processed. `killed`: it never gets a response, because the process that sent
 * it was killed.
 */
export type RequestFate = "killed" | undefined;

interface RehearsalOptions {
  readonly devices?: number;
  /** number of devices per page; small, so that even a few devices fill several pages */
  readonly pageSize?: number;
}

const STAGED_KEY_COLUMNS = "stagedKey, stagedCertificate, stagedAt";

/** A tenant and a simulated Apple service in this process. Both use the tenant's clock. */
export class Rehearsal implements AsyncDisposable {
  readonly tenant: TestTenant;
  readonly #pageSize: number;
  simulator: Simulator;
  /** requests that the device service received, such as `POST /server/devices` */
  readonly asked: string[] = [];
  /** decides what happens to each incoming request */
  fate: (request: AppleRequest) => RequestFate = () => undefined;
  readonly #left: OpenTenant[] = [];
  readonly #hanging: ((error: Error) => void)[] = [];

  constructor({ devices = 0, pageSize = 3 }: RehearsalOptions = {}, tenant: TestTenant = new TestTenant()) {
    this.tenant = tenant;
    this.#pageSize = pageSize;
    this.simulator = this.#create(devices);
    tenant.apple = this.answering;
  }

  /** Passes the tenant's requests to the simulator. */
  readonly answering: Send = (request) => this.#send(request);

  #create(devices: number): Simulator {
    const { surroundings } = this.tenant;
    return createSimulator({
      seed: "rehearsal",
      devices,
      now: () => surroundings.time,
      random: surroundings.random,
      rotateEvery: 5,
    });
  }

  /** Replaces the simulator with a new one that has this number of devices. */
  restart(devices: number): void {
    this.simulator = this.#create(devices);
  }

  /** Returns true if a request is waiting for a response that never comes. */
  get isHanging(): boolean {
    return this.#hanging.length > 0;
  }

  async #send(request: AppleRequest): Promise<AppleResponse> {
    const path = new URL(request.url).pathname;
    this.asked.push(`${request.method} ${path}`);
    if (this.fate(request) === "killed") return new Promise((_, reject) => this.#hanging.push(reject));
    const answer = await (createInProcessSend(this.simulator) satisfies Send)(request);
    return path === "/account" && answer.status === 200 ? this.#smallPages(answer) : answer;
  }

  #smallPages(answer: AppleResponse): AppleResponse {
    const account = JSON.parse(answer.body) as { urls?: { limit?: object }[] };
    const limit = { default: this.#pageSize, maximum: this.#pageSize };
    const urls = account.urls?.map((url) => (url.limit === undefined ? url : { ...url, limit }));
    return { ...answer, body: JSON.stringify({ ...account, urls }) };
  }

  /** Calls the simulator's own control API. @throws Failure with the simulator's reason if it refuses */
  async control(method: AppleRequest["method"], path: string, body: object = {}): Promise<AppleResponse> {
    const url = `${SIMULATOR_URL}/_simulator${path}`;
    const answer = await createInProcessSend(this.simulator)({ method, url, headers: {}, body: JSON.stringify(body) });
    if (answer.status < 300) return answer;
    throw Failure.of(JSON.parse(answer.body) as Parameters<typeof Failure.of>[0]);
  }

  /** Adds devices to the simulator. @returns their serial numbers */
  async add(asked: object): Promise<readonly string[]> {
    const { body } = await this.control("POST", "/devices", asked);
    return (JSON.parse(body) as { serials: string[] }).serials;
  }

  fault(fault: string, more: object = {}): Promise<AppleResponse> {
    return this.control("POST", "/faults", { fault, ...more });
  }

  /**
   * Sets the endpoint, a key and a token.
   *
   * @param kept stores the key for later calls, because creating a key takes long
   */
  async setUp(kept?: { staged?: Row }): Promise<Ade> {
    const { ade } = this.tenant.client;
    await ade.setEndpoint({ kind: "simulator", url: SIMULATOR_URL });
    if (kept?.staged === undefined) {
      await ade.createKeyPair({});
      if (kept !== undefined) [kept.staged] = this.tenant.sql(`select ${STAGED_KEY_COLUMNS} from ade_server`) as [Row];
    } else {
      const sets = STAGED_KEY_COLUMNS.split(", ").map((column) => `${column} = :${column}`);
      this.tenant.database.run(`update ade_server set ${sets.join(", ")}`, kept.staged);
    }
    return this.newToken();
  }

  /** Sets a new token for the tenant's existing key. */
  async newToken(more: { otherAdmin?: boolean; otherServer?: boolean; server?: string; admin?: string } = {}) {
    const { ade } = this.tenant.client;
    const { server, admin, ...flags } = more;
    const { certificate } = await ade.createKeyPair({});
    const { body } = await this.control("POST", "/tokens", { certificate, server, admin });
    const content = Buffer.from(body).toString("base64");
    return (await ade.setToken({ name: "SIMULATOR_Token_2026-04-01T00-00-00Z_smime.p7m", content, ...flags })).ade;
  }

  /** Makes Apple reject the token. */
  async reject(): Promise<void> {
    await this.fault("token-rejected");
    await this.sync();
  }

  /** Runs a sync and waits until it ends. */
  async sync(asked: Parameters<TestTenant["client"]["ade"]["sync"]>[0] = {}): Promise<AdeSync> {
    return this.ended((await this.tenant.client.ade.sync(asked)).id);
  }

  async ended(id: string): Promise<AdeSync> {
    for (;;) {
      const run = await this.tenant.client.ade.findSync(id);
      if (run.state !== "running") return run;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Simulates that the process that uses the tenant is killed, and opens the tenant in another process. */
  crash(): void {
    this.#left.push(this.tenant.crash());
  }

  /** Cleans up after crashes. Call this after other processes have taken over the work of the killed ones. */
  async bury(): Promise<void> {
    for (const reject of this.#hanging.splice(0)) reject(new Error("killed"));
    for (const left of this.#left.splice(0)) await left.close();
  }

  /** Returns the profile status of each device in the tenant, by serial number. */
  async devices(): Promise<ReadonlyMap<string, string>> {
    const found = await Array.fromAsync(this.tenant.client.ade.devices({ state: "present" }));
    return new Map(found.map(({ serialNumber, profileStatus }) => [serialNumber, profileStatus ?? "empty"]));
  }

  /** Returns the profile status of each device in the simulator, by serial number. */
  simulated(): ReadonlyMap<string, string> {
    return new Map([...this.simulator.devices()].map(({ serial, profileStatus }) => [serial, profileStatus]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // from now on the simulator responds to all requests, because nothing waits for the requests without a response any
    // longer
    this.fate = () => undefined;
    await this.bury();
    await this.tenant[Symbol.asyncDispose]();
  }
}
