import { Refusal, type SimulatorResponse } from "./messages.ts";

/** Responses that refuse a request before it has any effect. @see apple 2 */
const REFUSALS = {
  terms: [403, "T_C_NOT_SIGNED"],
  "access-denied": [403, "ACCESS_DENIED"],
  "signature-invalid": [403, "signature_invalidForbidden"],
  inactive: [403, "SERVER_INACTIVE"],
  "token-rejected": [403, "token_rejectedForbidden"],
  "unauthorized-once": [401, "Unauthorized"],
  "rate-limited": [429, "TOO_MANY_REQUESTS"],
  unavailable: [503, "Service Unavailable"],
  clock: [401, "oauth_problem_adviceUnauthorized"],
} as const satisfies Record<string, readonly [status: number, code: string]>;

export type FaultName =
  | keyof typeof REFUSALS
  | "reset"
  | "cut-json"
  | "stuck-cursor"
  | "expired-cursor"
  | "duplicate-device"
  | "unreadable-device";

const DEVICE_PATHS = ["/server/devices", "/devices/sync"];

/** The first parts of the paths that a fault affects; a fault that is not listed affects all paths. */
const FAULT_PATHS: Partial<Readonly<Record<FaultName, readonly string[]>>> = {
  "token-rejected": ["/session"],
  "signature-invalid": ["/session"],
  clock: ["/session"],
  "unauthorized-once": ["/account", ...DEVICE_PATHS],
  "cut-json": ["/account", ...DEVICE_PATHS],
  "stuck-cursor": DEVICE_PATHS,
  "expired-cursor": DEVICE_PATHS,
  "duplicate-device": DEVICE_PATHS,
  "unreadable-device": DEVICE_PATHS,
};

export interface Fault {
  readonly fault: FaultName;
  /** how many more times the fault occurs; undefined: until the faults are cleared */
  readonly count?: number | undefined;
  /** number of matching requests that succeed before the fault occurs */
  readonly after?: number | undefined;
  /** the device whose record cannot be read; undefined: the first device of each page */
  readonly serial?: string | undefined;
}

/** Difference between the clocks of the server and the client during the fault `clock`. */
const CLOCK_ERROR_MS = 3600 * 1000;

export class MetFaults {
  readonly #met: readonly Fault[];

  constructor(met: readonly Fault[]) {
    this.#met = met;
  }

  has(name: FaultName): boolean {
    return this.#met.some(({ fault }) => fault === name);
  }

  get clockErrorMs(): number {
    return this.has("clock") ? CLOCK_ERROR_MS : 0;
  }

  refuse(): void {
    for (const [name, [status, code]] of Object.entries(REFUSALS)) {
      if (this.has(name as FaultName))
        throw new Refusal(status, code, status === 429 || status === 503 ? { "retry-after": "1" } : {});
    }
  }

  /** Applies the faults that alter a response or its delivery. */
  spoil(answer: SimulatorResponse): SimulatorResponse {
    if (this.has("reset")) return { ...answer, isLost: true };
    if (answer.status !== 200) return answer;
    if (this.has("cut-json")) return { ...answer, body: answer.body.slice(0, answer.body.length / 2) };
    const unreadable = this.#met.find(({ fault }) => fault === "unreadable-device");
    if (unreadable === undefined) return answer;
    const record = new RegExp(`("serial_number":"${unreadable.serial ?? ""}[^}]*"device_assigned_date":")[^"]*`);
    return { ...answer, body: answer.body.replace(record, "$1yesterday") };
  }
}

export class Faults {
  #faults: readonly Fault[] = [];

  add(fault: Fault): void {
    this.#faults = [...this.#faults, fault];
  }

  clear(): void {
    this.#faults = [];
  }

  /** Returns the faults that affect a request, and counts each of them. */
  meet(path: string): MetFaults {
    const met: Fault[] = [];
    this.#faults = this.#faults.flatMap((fault) => {
      const paths = FAULT_PATHS[fault.fault] ?? ["/"];
      if (met.some((one) => one.fault === fault.fault) || !paths.some((begin) => path.startsWith(begin)))
        return [fault];
      const { after = 0, count } = fault;
      if (after > 0) return [{ ...fault, after: after - 1 }];
      met.push(fault);
      return count === undefined ? [fault] : count > 1 ? [{ ...fault, count: count - 1 }] : [];
    });
    return new MetFaults(met);
  }
}
