import { Changes } from "./devices/changes.ts";
import { Cursors } from "./devices/cursors.ts";
import { DeviceTexts } from "./devices/device-texts.ts";
import { Fleet } from "./devices/fleet.ts";
import { Organisation } from "./devices/organisation.ts";
import { Pages } from "./devices/pages.ts";
import { Control } from "./control.ts";
import { CONTROL, FIRST_SERVER } from "./names.ts";
import { Faults, type RequestFaults } from "./faults.ts";
import { Ids } from "./ids.ts";
import { plain, Refusal, type SimulatorAnswer, type SimulatorRequest } from "./messages.ts";
import { Business } from "./portals/business.ts";
import { PushPortal } from "./portals/push-portal.ts";
import { Servers, Tokens } from "./portals/tokens.ts";
import { Vpp } from "./portals/vpp.ts";
import { DeviceService } from "./service/device-service.ts";
import { Profiles } from "./service/profiles.ts";
import { Sessions } from "./service/sessions.ts";
import type { SimulatorState } from "./state.ts";

/** What a simulator is made from. */
export interface SimulatorOptions {
  /** the same seed gives the same devices and names */
  readonly seed: string;
  /** how many devices there are on the first day, all of the first server */
  readonly devices: number;
  /** goes on where another was; `seed` and `devices` then count for nothing */
  readonly state?: SimulatorState | undefined;
  /** the real time in milliseconds since 1970-01-01 UTC */
  readonly now: () => number;
  /** for sessions and secrets */
  readonly random: (size: number) => Uint8Array;
  /** a session is replaced with every Nth answer (default 20); 0: never */
  readonly rotateEvery?: number | undefined;
}

/** A device as it stands, to compare with. */
export interface SimulatedDevice {
  readonly serial: string;
  readonly profileStatus: string;
  readonly profileUuid: string | undefined;
}

/** Apple's side, simulated. */
export interface Simulator {
  readonly handle: (request: SimulatorRequest) => SimulatorAnswer;
  /** for saving; it has secrets */
  readonly state: () => SimulatorState;
  /** grows with every request that may have changed something: what is saved is up to date while it stands still */
  readonly revision: () => number;
  /** the devices that the first server has now, in their order */
  readonly devices: () => Generator<SimulatedDevice>;
}

const ROTATE_EVERY = 20;

const NOT_FOUND = plain("Not Found", 404);

/** The state of the first day. */
function firstDay({ seed, devices, now, rotateEvery = ROTATE_EVERY }: SimulatorOptions): SimulatorState {
  const startedAt = Math.floor(now() / 1000) * 1000;
  const uuid = new Ids(seed).wide("server", FIRST_SERVER);
  return {
    simulator: "clomoctl",
    version: 1,
    seed,
    aheadMs: 0,
    rotateEvery,
    servers: [{ name: FIRST_SERVER, uuid, createdAt: startedAt }],
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
 * Apple's side, simulated, without a socket: device service, push certificate portal, VPP, Apple Business API, and the
 * control below `/_simulator`. It stores nothing by itself.
 */
export function createSimulator(options: SimulatorOptions): Simulator {
  const parts = assemble(options, options.state ?? firstDay(options));
  const { vpp, business, faults, fleet, clock } = parts;
  const [service, control] = [new DeviceService(parts), new Control(parts)];
  let revision = 0;
  const serve = (request: SimulatorRequest, met: RequestFaults): SimulatorAnswer => {
    try {
      const answer = service.handle(request, met) ?? vppOrBusiness(request, met);
      return answer ?? NOT_FOUND;
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      throw error;
    }
  };
  const vppOrBusiness = (request: SimulatorRequest, met: RequestFaults): SimulatorAnswer | undefined => {
    met.refuse();
    return vpp.handle(request, clock()) ?? business.handle(request);
  };
  return {
    handle(request) {
      // a page in a browser must not reach it
      if (request.headers["origin"] !== undefined) return plain("Forbidden", 403);
      if (changes(request)) revision += 1;
      const controlled = control.handle(request);
      if (controlled !== undefined) return controlled;
      const before = faults.list();
      const met = faults.meet(request.path);
      if (faults.list() !== before) revision += 1;
      const { headers, ...answer } = met.spoil(serve(request, met));
      const date = new Date(options.now() + met.clockErrorMs).toUTCString();
      return { ...answer, headers: { ...headers, date } };
    },
    state: () => saved(parts),
    revision: () => revision,
    *devices() {
      for (let place = 0; place < fleet.places; place += 1) {
        const { server, status, profile } = fleet.stateAt(place);
        if (server === 0) yield { serial: fleet.serialAt(place), profileStatus: status, profileUuid: profile };
      }
    },
  };
}

/** Whether a request may change what is saved: pages of devices are asked for by POST, too. */
const changes = ({ method, path }: SimulatorRequest): boolean =>
  method !== "GET" && (path.startsWith(CONTROL) || path.startsWith("/profile"));

/** Puts the parts of a simulator together. */
function assemble({ now, random }: SimulatorOptions, state: SimulatorState) {
  const { seed } = state;
  const ids = new Ids(seed);
  let { aheadMs } = state;
  const clock = (): number => now() + aheadMs;
  const fleet = new Fleet(ids, state.fleet);
  const changes = new Changes(state.changes.first, state.changes.entries);
  const organisation = new Organisation(fleet, changes, clock);
  const texts = new DeviceTexts(fleet);
  const servers = new Servers(ids, state.servers);
  const tokens = new Tokens(ids, random, state.tokens);
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
    pages: new Pages(fleet, texts),
    cursors: new Cursors(ids.hex(64, "cursors")),
    servers,
    tokens,
    profiles: new Profiles(ids, state.profiles),
    sessions: new Sessions({ now, clock, random }, tokens, state.rotateEvery),
    faults: new Faults(state.faults),
    push: new PushPortal(ids, state.push),
    vpp: new Vpp(ids, random, state.vpp),
    business: new Business({ ids, fleet, servers, random, now }, state.business),
  };
}

/** What must be kept to go on from here. */
const saved = (parts: ReturnType<typeof assemble>): SimulatorState => ({
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
