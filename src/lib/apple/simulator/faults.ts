import { Refusal, createRefusal, toBodyString, type DeliveryFault, type SimulatorResponse } from "./messages.ts";

/** Faults that the simulator can produce on request. */
export const FAULT_NAMES = [
  "terms",
  "access-denied",
  "inactive",
  "token-rejected",
  "signature-invalid",
  "clock",
  "unauthorized-once",
  "rate-limited",
  "unavailable",
  "reset",
  "slow",
  "cut-json",
  "stuck-cursor",
  "expired-cursor",
  "duplicate-device",
  "unreadable-device",
  "throttled",
  "failed",
  "left-out",
  "quoted",
] as const;

export type FaultName = (typeof FAULT_NAMES)[number];

/** A fault that was requested. */
export interface SimulatedFault {
  readonly fault: FaultName;
  /** how many more times the fault occurs; if undefined, until the fault is cleared */
  readonly count?: number | undefined;
  /** start of the paths that the fault affects; if undefined, the default paths of the fault */
  readonly path?: string | undefined;
  /** number of matching requests that succeed before the fault occurs */
  readonly after: number;
  /** seconds to wait for `rate-limited`, `unavailable`, `throttled`; for `slow`, the response's delay in seconds */
  readonly seconds?: number | undefined;
  /** for `unreadable-device`, `throttled`, `failed`, `left-out`: the only devices that the fault affects */
  readonly serials?: readonly string[] | undefined;
}

/** Faults that last until they are cleared, unless a count is specified. The other faults occur once. */
const LASTING_FAULTS: ReadonlySet<FaultName> = new Set([
  "terms",
  "access-denied",
  "inactive",
  "token-rejected",
  "signature-invalid",
  "clock",
  "unreadable-device",
  "throttled",
  "failed",
  "quoted",
]);

const DEVICE_SERVICE_PATHS = ["/session", "/account", "/server/", "/devices", "/profile"];

/** Default paths that a fault affects; for a fault that is not listed, the whole device service. */
const DEFAULT_FAULT_PATHS: Partial<Record<FaultName, readonly string[]>> = {
  "token-rejected": ["/session"],
  "signature-invalid": ["/session"],
  clock: ["/session"],
  "unauthorized-once": ["/account", "/server/", "/devices", "/profile"],
  "cut-json": ["/account", "/server/", "/devices", "/profile"],
  "stuck-cursor": ["/server/devices", "/devices/sync"],
  "expired-cursor": ["/server/devices", "/devices/sync"],
  "duplicate-device": ["/server/devices", "/devices/sync"],
  "unreadable-device": ["/server/devices", "/devices/sync"],
  throttled: ["/profile"],
  failed: ["/profile"],
  "left-out": ["/profile"],
};

/** Returns how many times a fault occurs if no count is specified; undefined means until the fault is cleared. */
export const getDefaultFaultCount = (fault: FaultName): number | undefined =>
  LASTING_FAULTS.has(fault) ? undefined : 1;

const affectsPath = ({ fault, path }: SimulatedFault, asked: string): boolean =>
  (path === undefined ? (DEFAULT_FAULT_PATHS[fault] ?? DEVICE_SERVICE_PATHS) : [path]).some((begin) =>
    asked.startsWith(begin),
  );

/** Responses that refuse a request before anything is done. @see apple 2 */
const FAULT_REFUSALS: Partial<Record<FaultName, readonly [status: number, code: string]>> = {
  terms: [403, "T_C_NOT_SIGNED"],
  "access-denied": [403, "ACCESS_DENIED"],
  inactive: [403, "SERVER_INACTIVE"],
  "token-rejected": [403, "token_rejectedForbidden"],
  "signature-invalid": [403, "signature_invalidForbidden"],
  clock: [401, "oauth_problem_adviceUnauthorized"],
  "unauthorized-once": [401, "Unauthorized"],
  "rate-limited": [429, "TOO_MANY_REQUESTS"],
  unavailable: [503, "Service Unavailable"],
};

/** Difference between the server's clock and the client's clock while the fault `clock` is set. */
const CLOCK_ERROR_MS = 3600 * 1000;

/** The faults that affect one request. */
export class RequestFaults {
  readonly #faults: ReadonlyMap<FaultName, SimulatedFault>;

  constructor(faults: ReadonlyMap<FaultName, SimulatedFault>) {
    this.#faults = faults;
  }

  has(name: FaultName): boolean {
    return this.#faults.has(name);
  }

  /** Returns true if the fault affects the device. */
  befalls(name: FaultName, serial: string): boolean {
    const fault = this.#faults.get(name);
    return fault !== undefined && (fault.serials === undefined || fault.serials.includes(serial));
  }

  /** Returns the seconds specified for the fault, or the default. */
  seconds(name: FaultName, usual: number): number {
    return this.#faults.get(name)?.seconds ?? usual;
  }

  /** How far the server's clock is ahead, in milliseconds. */
  get clockErrorMs(): number {
    return this.has("clock") ? CLOCK_ERROR_MS : 0;
  }

  /** Throws if a fault refuses the request. @throws Refusal with the response of the fault */
  refuse(): void {
    for (const [name, refusal] of Object.entries(FAULT_REFUSALS)) {
      if (!this.has(name as FaultName)) continue;
      const { answer } = createRefusal(...refusal);
      const waits = name === "rate-limited" || name === "unavailable";
      const headers = waits ? { "retry-after": String(this.seconds(name, 1)) } : {};
      throw new Refusal({ ...answer, headers: { ...answer.headers, ...headers } });
    }
  }

  /** Applies the faults that alter a response or its delivery. */
  spoil(answer: SimulatorResponse): SimulatorResponse {
    const isRefused = answer.status >= 400;
    const mishap = this.#mishap();
    if (isRefused && this.has("quoted")) return { ...answer, body: JSON.stringify(toBodyString(answer.body)), mishap };
    if (isRefused) return { ...answer, mishap };
    if (this.has("unreadable-device"))
      return { ...answer, body: this.#withUnreadable(toBodyString(answer.body)), mishap };
    if (!this.has("cut-json")) return { ...answer, mishap };
    const whole = toBodyString(answer.body);
    return { ...answer, body: whole.slice(0, Math.floor(whole.length / 2)), mishap };
  }

  /** Gives an invalid date to the devices that the fault lists or, if none, to the first device in the response. */
  #withUnreadable(body: string): string {
    const answer = JSON.parse(body) as { readonly devices: readonly { readonly serial_number: string }[] };
    const named = this.#faults.get("unreadable-device")?.serials;
    const devices = answer.devices.map((device, at) =>
      (named === undefined ? at === 0 : named.includes(device.serial_number))
        ? { ...device, device_assigned_date: "yesterday" }
        : device,
    );
    return JSON.stringify({ ...answer, devices });
  }

  #mishap(): DeliveryFault | undefined {
    if (this.has("reset")) return { kind: "reset" };
    return this.has("slow") ? { kind: "slow", seconds: this.seconds("slow", 60) } : undefined;
  }
}

/** The faults that are currently set. */
export class FaultRegistry {
  #faults: readonly SimulatedFault[];

  constructor(faults: readonly SimulatedFault[] = []) {
    this.#faults = faults;
  }

  list(): readonly SimulatedFault[] {
    return this.#faults;
  }

  add(fault: SimulatedFault): void {
    this.#faults = [...this.#faults, fault];
  }

  clear(): void {
    this.#faults = [];
  }

  /** Returns the faults that affect a request, and counts each of them as having occurred once more. */
  meet(path: string): RequestFaults {
    const met = new Map<FaultName, SimulatedFault>();
    if (this.#faults.length === 0) return new RequestFaults(met);
    this.#faults = this.#faults.flatMap((fault) => {
      if (!affectsPath(fault, path)) return [fault];
      if (fault.after > 0) return [{ ...fault, after: fault.after - 1 }];
      if (met.has(fault.fault)) return [fault];
      met.set(fault.fault, fault);
      if (fault.count === undefined) return [fault];
      return fault.count > 1 ? [{ ...fault, count: fault.count - 1 }] : [];
    });
    return new RequestFaults(met);
  }
}
