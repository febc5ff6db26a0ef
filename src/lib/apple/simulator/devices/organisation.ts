import type { DeviceChangeLog, StreamOperation } from "./changes.ts";
import { NO_MDM_SERVER, type DeviceState, type DeviceFleet, type ProfileStatus } from "./fleet.ts";

const SECOND_MS = 1000;

/** Changes the devices of the organisation, and records the changes in Apple's change stream. */
export class OrganisationDevices {
  readonly #fleet: DeviceFleet;
  readonly #changes: DeviceChangeLog;
  readonly #clock: () => number;

  constructor(fleet: DeviceFleet, changes: DeviceChangeLog, clock: () => number) {
    this.#fleet = fleet;
    this.#changes = changes;
    this.#clock = clock;
  }

  /** Adds a device that was bought. @returns place of the device */
  add({ server, serial, hardware, silent }: DevicePurchase): number {
    const now = this.#clock();
    const state: DeviceState = { server, assignedAt: now, addedAt: now, changedAt: now, status: "empty", hardware };
    const place = this.#fleet.add(state, serial);
    if (!silent && server >= 0) this.#tell(place, server, "added");
    return place;
  }

  /** Assigns a device to another server, or unassigns it. It loses its profile, which is the previous server's. */
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

  /** Removes a device from the organisation. */
  release(place: number, silent: boolean): void {
    this.move(place, NO_MDM_SERVER.released, silent);
  }

  /** Assigns a profile to a device. */
  assignProfile(place: number, profile: string): void {
    this.#set(place, { status: "assigned", profile, profileAt: this.#clock(), pushedAt: undefined });
  }

  /** Removes the profile of a device. Does nothing if the device has no profile. */
  removeProfile(place: number): void {
    const { status } = this.#fleet.stateAt(place);
    if (status !== "assigned" && status !== "pushed") return;
    this.#set(place, { status: "removed", profile: undefined, profileAt: undefined, pushedAt: undefined });
  }

  /** Switches a device on, so that it receives its profile.  @returns false if no profile is waiting for it */
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

  /** Records a change in a later second than the device's last one, so that the newest can be identified. */
  #tell(place: number, server: number, operation: StreamOperation): void {
    const now = this.#clock();
    const state = this.#fleet.stateAt(place);
    const at = Math.max(now, (Math.floor(state.changedAt / SECOND_MS) + 1) * SECOND_MS);
    this.#fleet.change(place, { ...state, changedAt: at });
    this.#changes.add({ server, place, operation, at, loggedAt: now });
  }
}

/** A device to buy. */
export interface DevicePurchase {
  /** number of the server to assign the device to, or `NO_MDM_SERVER.unassigned` */
  readonly server: number;
  readonly serial?: string | undefined;
  /** index of the hardware model; derived from the device's place if undefined */
  readonly hardware?: number | undefined;
  /** whether to leave the purchase out of the change stream */
  readonly silent: boolean;
}
