import type { Changes, StreamOperation } from "./changes.ts";
import { NOWHERE, type DeviceState, type Fleet, type ProfileStatus } from "./fleet.ts";

const SECOND_MS = 1000;

/** What happens to the organisation's devices, and what Apple's change stream tells of it. */
export class Organisation {
  readonly #fleet: Fleet;
  readonly #changes: Changes;
  readonly #clock: () => number;

  constructor(fleet: Fleet, changes: Changes, clock: () => number) {
    this.#fleet = fleet;
    this.#changes = changes;
    this.#clock = clock;
  }

  /** Buys a device. @returns its place */
  add({ server, serial, hardware, silent }: Purchase): number {
    const now = this.#clock();
    const state: DeviceState = { server, assignedAt: now, addedAt: now, changedAt: now, status: "empty", hardware };
    const place = this.#fleet.add(state, serial);
    if (!silent && server >= 0) this.#tell(place, server, "added");
    return place;
  }

  /** Gives a device to a server, or takes it from one. Its profile stays with the server that it leaves. */
  move(place: number, server: number, silent: boolean): void {
    const before = this.#fleet.stateAt(place);
    if (before.server === server) return;
    const now = this.#clock();
    const { addedAt, changedAt, hardware } = before;
    this.#fleet.change(place, { server, assignedAt: now, addedAt, changedAt, hardware, status: "empty" });
    if (silent) return;
    if (before.server >= 0) this.#tell(place, before.server, "deleted");
    if (server >= 0) this.#tell(place, server, "added");
  }

  /** Takes a device out of the organisation. */
  release(place: number, silent: boolean): void {
    this.move(place, NOWHERE.released, silent);
  }

  /** Gives a device a profile. */
  assignProfile(place: number, profile: string): void {
    this.#set(place, { status: "assigned", profile, profileAt: this.#clock(), pushedAt: undefined });
  }

  /** Takes its profile from a device; of one that has none nothing changes. */
  removeProfile(place: number): void {
    const { status } = this.#fleet.stateAt(place);
    if (status !== "assigned" && status !== "pushed") return;
    this.#set(place, { status: "removed", profile: undefined, profileAt: undefined, pushedAt: undefined });
  }

  /** A device is switched on: it gets the profile that is assigned to it. @returns false where there is none */
  activate(place: number): boolean {
    if (this.#fleet.stateAt(place).status !== "assigned") return false;
    this.#set(place, { status: "pushed", pushedAt: this.#clock() });
    return true;
  }

  #set(place: number, change: Partial<DeviceState> & { readonly status: ProfileStatus }): void {
    const state = { ...this.#fleet.stateAt(place), ...change };
    this.#fleet.change(place, state);
    this.#tell(place, state.server, "modified");
  }

  /** A later second than the device's last one, so that the newest of several is always told apart. */
  #tell(place: number, server: number, operation: StreamOperation): void {
    const now = this.#clock();
    const state = this.#fleet.stateAt(place);
    const at = Math.max(now, (Math.floor(state.changedAt / SECOND_MS) + 1) * SECOND_MS);
    this.#fleet.change(place, { ...state, changedAt: at });
    this.#changes.add({ server, place, operation, at, loggedAt: now });
  }
}

/** A device that is bought. */
export interface Purchase {
  /** the server it is for; or `NOWHERE.unassigned` */
  readonly server: number;
  readonly serial?: string | undefined;
  /** number of its hardware; drawn without */
  readonly hardware?: number | undefined;
  /** the change stream does not tell of it */
  readonly silent: boolean;
}
