import { Refusal, refuse, textOf, type Mishap, type SimulatorAnswer } from "./messages.ts";

/** What may go wrong on request. */
export const FAULTS = [
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

export type FaultName = (typeof FAULTS)[number];

/** A fault that was asked for. */
export interface SimulatedFault {
  readonly fault: FaultName;
  /** how often it still happens; without it, until it is cleared */
  readonly count?: number | undefined;
  /** requests whose path begins so; without it, those it is usual for */
  readonly path?: string | undefined;
  /** how many of those requests go well before */
  readonly after: number;
  /** for `rate-limited`, `unavailable`, `throttled`: seconds to wait; for `slow`: how late the answer is */
  readonly seconds?: number | undefined;
  /** for `unreadable-device`, `throttled`, `failed`, `left-out`: only these devices */
  readonly serials?: readonly string[] | undefined;
}

/** Those that last until they are cleared, unless a count is given; the others happen once. */
const LASTING: ReadonlySet<FaultName> = new Set([
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

const DEVICE_SERVICE = ["/session", "/account", "/server/", "/devices", "/profile"];

/** Where a fault happens unless a path is given; the rest in the whole device service. */
const USUAL: Partial<Record<FaultName, readonly string[]>> = {
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

/** How many times a fault happens that is asked for without a count; undefined: until it is cleared. */
export const usualCount = (fault: FaultName): number | undefined => (LASTING.has(fault) ? undefined : 1);

const reaches = ({ fault, path }: SimulatedFault, asked: string): boolean =>
  (path === undefined ? (USUAL[fault] ?? DEVICE_SERVICE) : [path]).some((begin) => asked.startsWith(begin));

/** Refusals before anything is done. @see apple 2 */
const REFUSALS: Partial<Record<FaultName, readonly [status: number, code: string]>> = {
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

/** How far the clock of a server with the fault `clock` is from the client's. */
const CLOCK_ERROR_MS = 3600 * 1000;

/** The faults that one request meets. */
export class RequestFaults {
  readonly #faults: ReadonlyMap<FaultName, SimulatedFault>;

  constructor(faults: ReadonlyMap<FaultName, SimulatedFault>) {
    this.#faults = faults;
  }

  has(name: FaultName): boolean {
    return this.#faults.has(name);
  }

  /** Whether it befalls this device. */
  befalls(name: FaultName, serial: string): boolean {
    const fault = this.#faults.get(name);
    return fault !== undefined && (fault.serials === undefined || fault.serials.includes(serial));
  }

  /** Seconds that the fault was given. */
  seconds(name: FaultName, usual: number): number {
    return this.#faults.get(name)?.seconds ?? usual;
  }

  /** What the clock of the server is ahead, in milliseconds. */
  get clockErrorMs(): number {
    return this.has("clock") ? CLOCK_ERROR_MS : 0;
  }

  /** @throws Refusal where the request is refused outright */
  refuse(): void {
    for (const [name, refusal] of Object.entries(REFUSALS)) {
      if (!this.has(name as FaultName)) continue;
      const { answer } = refuse(...refusal);
      const waits = name === "rate-limited" || name === "unavailable";
      const headers = waits ? { "retry-after": String(this.seconds(name, 1)) } : {};
      throw new Refusal({ ...answer, headers: { ...answer.headers, ...headers } });
    }
  }

  /** What becomes of the answer on its way. */
  spoil(answer: SimulatorAnswer): SimulatorAnswer {
    const isRefused = answer.status >= 400;
    const mishap = this.#mishap();
    if (isRefused && this.has("quoted")) return { ...answer, body: JSON.stringify(textOf(answer.body)), mishap };
    if (isRefused) return { ...answer, mishap };
    if (this.has("unreadable-device")) return { ...answer, body: this.#withUnreadable(textOf(answer.body)), mishap };
    if (!this.has("cut-json")) return { ...answer, mishap };
    const whole = textOf(answer.body);
    return { ...answer, body: whole.slice(0, Math.floor(whole.length / 2)), mishap };
  }

  /** Gives devices a date that is none: those that were named, else the first of the answer. */
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

  #mishap(): Mishap | undefined {
    if (this.has("reset")) return { kind: "reset" };
    return this.has("slow") ? { kind: "slow", seconds: this.seconds("slow", 60) } : undefined;
  }
}

/** The faults that were asked for. */
export class Faults {
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

  /** Those that a request meets; each then has happened once more. */
  meet(path: string): RequestFaults {
    const met = new Map<FaultName, SimulatedFault>();
    if (this.#faults.length === 0) return new RequestFaults(met);
    this.#faults = this.#faults.flatMap((fault) => {
      if (!reaches(fault, path)) return [fault];
      if (fault.after > 0) return [{ ...fault, after: fault.after - 1 }];
      if (met.has(fault.fault)) return [fault];
      met.set(fault.fault, fault);
      if (fault.count === undefined) return [fault];
      return fault.count > 1 ? [{ ...fault, count: fault.count - 1 }] : [];
    });
    return new RequestFaults(met);
  }
}
