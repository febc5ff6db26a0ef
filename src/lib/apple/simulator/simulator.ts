import { DeviceChangeLog } from "./devices/changes.ts";
import { CursorCodec } from "./devices/cursors.ts";
import { DeviceRenderer } from "./devices/device-texts.ts";
import { DeviceFleet } from "./devices/fleet.ts";
import { OrganisationDevices } from "./devices/organisation.ts";
import { DevicePageCache } from "./devices/pages.ts";
import { ControlInterface } from "./control.ts";
import { CONTROL_PATH, FIRST_SERVER_NAME } from "./names.ts";
import { FaultRegistry, type RequestFaults } from "./faults.ts";
import { SeededIds } from "./ids.ts";
import { createPlainResponse, Refusal, type SimulatorResponse, type SimulatorRequest } from "./messages.ts";
import { SimulatedBusinessApi } from "./portals/business.ts";
import { PushPortal } from "./portals/push-portal.ts";
import { MdmServerRegistry, ServerTokenRegistry } from "./portals/tokens.ts";
import { SimulatedVppService } from "./portals/vpp.ts";
import { DeviceService } from "./service/device-service.ts";
import { ProfileRegistry } from "./service/profiles.ts";
import { SessionRegistry } from "./service/sessions.ts";
import type { SimulatorState } from "./state.ts";

/** The settings of a simulator. */
export interface SimulatorOptions {
  /** the same seed always produces the same devices and names */
  readonly seed: string;
  /** number of devices in a new simulator; all of them belong to the first server */
  readonly devices: number;
  /** state to continue from; `seed` and `devices` are then ignored */
  readonly state?: SimulatorState | undefined;
  /** the real time in milliseconds since 1970-01-01 UTC */
  readonly now: () => number;
  /** source of random bytes for sessions and secrets */
  readonly random: (size: number) => Uint8Array;
  /** a session is replaced with every Nth response (default 20); 0: never */
  readonly rotateEvery?: number | undefined;
}

/** The current state of a device, for comparison with what a tenant has recorded. */
export interface SimulatedDevice {
  readonly serial: string;
  readonly profileStatus: string;
  readonly profileUuid: string | undefined;
}

/** A simulation of Apple's services. */
export interface Simulator {
  readonly handle: (request: SimulatorRequest) => SimulatorResponse;
  /** returns the state to save, which contains secrets */
  readonly state: () => SimulatorState;
  /** increases with every request that may change the state; unchanged, the saved state is up to date */
  readonly revision: () => number;
  /** yields the devices that the first server has now, in their order */
  readonly devices: () => Generator<SimulatedDevice>;
}

const DEFAULT_ROTATE_EVERY = 20;

const NOT_FOUND = createPlainResponse("Not Found", 404);

/** Builds the state of a new simulator. */
function buildInitialState({
  seed,
  devices,
  now,
  rotateEvery = DEFAULT_ROTATE_EVERY,
}: SimulatorOptions): SimulatorState {
  const startedAt = Math.floor(now() / 1000) * 1000;
  const uuid = new SeededIds(seed).wide("server", FIRST_SERVER_NAME);
  return {
    simulator: "clomoctl",
    version: 1,
    seed,
    aheadMs: 0,
    rotateEvery,
    servers: [{ name: FIRST_SERVER_NAME, uuid, createdAt: startedAt }],
    tokens: { current: [], replaced: [] },
    fleet: { first: devices, startedAt, places: devices, named: [], changed: [] },
    changes: { first: 0, entries: [] },
    profiles: [],
    faults: [],
    push: { certificates: [] },
    vpp: { tokens: [], holders: [] },
    business: [],
  };
}

/**
 * Creates a simulation of Apple's services, without a socket: device service, push certificate portal, VPP, Apple
 * Business API, and the control API below `/_simulator`. The simulation itself does not store anything.
 */
export function createSimulator(options: SimulatorOptions): Simulator {
  const parts = createSimulatorParts(options, options.state ?? buildInitialState(options));
  const { vpp, business, faults, fleet, clock } = parts;
  const [service, control] = [new DeviceService(parts), new ControlInterface(parts)];
  let revision = 0;
  const serve = (request: SimulatorRequest, met: RequestFaults): SimulatorResponse => {
    try {
      const answer = service.handle(request, met) ?? vppOrBusiness(request, met);
      return answer ?? NOT_FOUND;
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      throw error;
    }
  };
  const vppOrBusiness = (request: SimulatorRequest, met: RequestFaults): SimulatorResponse | undefined => {
    met.refuse();
    return vpp.handle(request, clock()) ?? business.handle(request);
  };
  return {
    handle(request) {
      // web pages in a browser must not reach the simulator
      if (request.headers["origin"] !== undefined) return createPlainResponse("Forbidden", 403);
      if (mayChangeState(request)) revision += 1;
      const controlled = control.handle(request);
      if (controlled !== undefined) return controlled;
      const before = faults.list();
      const met = faults.meet(request.path);
      if (faults.list() !== before) revision += 1;
      const { headers, ...answer } = met.spoil(serve(request, met));
      const date = new Date(options.now() + met.clockErrorMs).toUTCString();
      return { ...answer, headers: { ...headers, date } };
    },
    state: () => collectState(parts),
    revision: () => revision,
    *devices() {
      for (let place = 0; place < fleet.places; place += 1) {
        const { server, status, profile } = fleet.stateAt(place);
        if (server === 0) yield { serial: fleet.serialAt(place), profileStatus: status, profileUuid: profile };
      }
    },
  };
}

/** Returns true if a request may change the saved state. The path matters: POST also requests pages of devices. */
const mayChangeState = ({ method, path }: SimulatorRequest): boolean =>
  method !== "GET" && (path.startsWith(CONTROL_PATH) || path.startsWith("/profile"));

/** Creates the parts of a simulator and connects them. */
function createSimulatorParts({ now, random }: SimulatorOptions, state: SimulatorState) {
  const { seed } = state;
  const ids = new SeededIds(seed);
  let { aheadMs } = state;
  const clock = (): number => now() + aheadMs;
  const fleet = new DeviceFleet(ids, state.fleet);
  const changes = new DeviceChangeLog(state.changes.first, state.changes.entries);
  const organisation = new OrganisationDevices(fleet, changes, clock);
  const texts = new DeviceRenderer(fleet);
  const servers = new MdmServerRegistry(ids, state.servers);
  const tokens = new ServerTokenRegistry(ids, random, state.tokens);
  const advance = (ms: number): void => {
    aheadMs += ms;
    changes.forget(clock());
  };
  return {
    seed,
    clock,
    advance,
    aheadMs: () => aheadMs,
    account: { ids, servers },
    fleet,
    changes,
    organisation,
    texts,
    pages: new DevicePageCache(fleet, texts),
    cursors: new CursorCodec(ids.hex(64, "cursors")),
    servers,
    tokens,
    profiles: new ProfileRegistry(ids, state.profiles),
    sessions: new SessionRegistry({ now, clock, random }, tokens, state.rotateEvery),
    faults: new FaultRegistry(state.faults),
    push: new PushPortal(ids, state.push),
    vpp: new SimulatedVppService(ids, random, state.vpp),
    business: new SimulatedBusinessApi({ ids, fleet, servers, random, now }, state.business),
  };
}

/** Returns the state that must be saved so that a simulator can continue from it later. */
const collectState = (parts: ReturnType<typeof createSimulatorParts>): SimulatorState => ({
  simulator: "clomoctl",
  version: 1,
  seed: parts.seed,
  aheadMs: parts.aheadMs(),
  rotateEvery: parts.sessions.rotateEvery,
  servers: parts.servers.list(),
  tokens: parts.tokens.state(),
  fleet: parts.fleet.state(),
  changes: parts.changes.state(),
  profiles: parts.profiles.state(),
  faults: parts.faults.list(),
  push: parts.push.state(),
  vpp: parts.vpp.state(),
  business: parts.business.state(),
});
