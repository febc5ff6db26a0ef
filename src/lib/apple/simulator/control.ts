import { z } from "zod";
import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { NOWHERE, type Fleet } from "./devices/fleet.ts";
import { HARDWARE } from "./devices/hardware.ts";
import type { Organisation } from "./devices/organisation.ts";
import { usualCount, type Faults } from "./faults.ts";
import { file, instant, json, type SimulatorAnswer, type SimulatorRequest } from "./messages.ts";
import type { Business } from "./portals/business.ts";
import type { PushPortal } from "./portals/push-portal.ts";
import { CONTROL, FIRST_SERVER } from "./names.ts";
import type { Servers, Tokens } from "./portals/tokens.ts";
import type { Vpp } from "./portals/vpp.ts";
import type { Profiles } from "./service/profiles.ts";
import type { Sessions } from "./service/sessions.ts";
import { faultShape, holderShape } from "./state.ts";

/** What the control stands on. */
export interface ControlParts {
  readonly seed: string;
  readonly fleet: Fleet;
  readonly organisation: Organisation;
  readonly profiles: Profiles;
  readonly sessions: Sessions;
  readonly faults: Faults;
  readonly servers: Servers;
  readonly tokens: Tokens;
  readonly push: PushPortal;
  readonly vpp: Vpp;
  readonly business: Business;
  /** the simulator's clock, in milliseconds */
  readonly clock: () => number;
  /** puts the clock forward */
  readonly advance: (ms: number) => void;
}

/** More would be a request of minutes. */
const MAX_ADDED = 1_000_000;
const MAX_NAMED = 100_000;
const MAX_LISTED = 10_000;
/** A century is more than any certificate has. */
const LONGEST_ADVANCE_MS = 100 * 365 * 24 * 3600 * 1000;
const DEFAULT_ADMIN = "admin@simulator.example.jp";

const serials = z.array(z.string().min(1).max(64)).min(1).max(MAX_NAMED);
const silent = z.boolean().default(false);
const server = z.string().min(1).max(200).optional();

const SHAPES = {
  settings: z.strictObject({ rotateEvery: z.number().int().min(0) }),
  advance: z.strictObject({ ms: z.number().int().min(0).max(LONGEST_ADVANCE_MS) }),
  token: z.strictObject({ certificate: z.string(), server, admin: z.string().min(3).max(254).default(DEFAULT_ADMIN) }),
  push: z.strictObject({ csr: z.string(), renew: z.string().optional() }),
  vpp: z.strictObject({ org: z.string().trim().min(1).max(200), holder: holderShape.nullable().default(null) }),
  business: z.strictObject({}),
  fault: faultShape.extend({ after: faultShape.shape.after.default(0), lasting: z.boolean().default(false) }),
  add: z.strictObject({
    count: z.number().int().min(1).max(MAX_ADDED).optional(),
    serials: z
      .array(z.string().regex(/^[0-9A-Z]{4,64}$/))
      .max(MAX_NAMED)
      .optional(),
    family: z.enum(["iPhone", "iPad", "Mac", "AppleTV"]).optional(),
    unassigned: z.boolean().default(false),
    silent,
    server,
  }),
  assign: z.strictObject({ serials, server, none: z.boolean().default(false), silent }),
  release: z.strictObject({ serials, silent }),
  activate: z.strictObject({ serials }),
  disable: z.strictObject({ uuid: z.string() }),
};

const usage = (what: Failure["what"]): Failure => new Failure("usage", { what });

/** @throws Failure `usage` where the body is not of this shape */
function read<T>(shape: z.ZodType<T>, { body }: SimulatorRequest): T {
  let value: unknown;
  try {
    value = JSON.parse(body === "" ? "{}" : body);
  } catch {
    throw usage(text("the body is not JSON", "本文が JSON ではありません"));
  }
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.join(".") ?? "";
  throw usage(text(`${place}: ${issue?.message ?? "wrong"}`, `${place} の値が正しくありません`));
}

type ControlHandler = (request: SimulatorRequest) => SimulatorAnswer;

/** What can be asked of the simulator itself: devices, faults, its clock, and what Apple's portals give. */
export class Control {
  readonly #parts: ControlParts;
  readonly #routes: ReadonlyMap<string, ControlHandler>;

  constructor(parts: ControlParts) {
    this.#parts = parts;
    this.#routes = new Map<string, ControlHandler>([
      ["GET ", () => this.#about()],
      ["PUT /settings", (request) => this.#settings(request)],
      ["POST /advance", (request) => this.#advance(request)],
      ["GET /devices", (request) => this.#list(request)],
      ["POST /devices", (request) => this.#add(request)],
      ["POST /devices/assign", (request) => this.#assign(request)],
      ["POST /devices/release", (request) => this.#release(request)],
      ["POST /devices/activate", (request) => this.#activate(request)],
      ["POST /profiles/disable", (request) => this.#disable(request)],
      ["GET /faults", () => json(parts.faults.list())],
      ["POST /faults", (request) => this.#fault(request)],
      ["DELETE /faults", () => this.#clearFaults()],
      ["POST /tokens", (request) => this.#token(request)],
      ["POST /push-certificates", (request) => this.#pushCertificate(request)],
      ["POST /vpp-tokens", (request) => this.#vppToken(request)],
      ["POST /business-keys", (request) => this.#businessKey(request)],
    ]);
  }

  /** @returns undefined for a path that is none of the control's */
  handle(request: SimulatorRequest): SimulatorAnswer | undefined {
    const { path, method } = request;
    if (path !== CONTROL && !path.startsWith(`${CONTROL}/`)) return undefined;
    try {
      const handler = this.#routes.get(`${method} ${path.slice(CONTROL.length).replace(/\/$/, "")}`);
      if (handler !== undefined) return handler(request);
      throw new Failure("not-found", { what: text(`no ${method} ${path} here`, `${method} ${path} はありません`) });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const problem = error.toJSON();
      return json(problem, problem.status);
    }
  }

  #about(): SimulatorAnswer {
    const { seed, fleet, clock, servers, sessions } = this.#parts;
    return json({
      simulator: "clomoctl",
      version: 1,
      seed,
      devices: fleet.places,
      now: instant(clock()),
      servers: servers.list().map(({ name, uuid }) => ({ name, uuid })),
      rotateEvery: sessions.rotateEvery,
    });
  }

  #settings(request: SimulatorRequest): SimulatorAnswer {
    const { sessions } = this.#parts;
    sessions.rotateEvery = read(SHAPES.settings, request).rotateEvery;
    return json({ rotateEvery: sessions.rotateEvery });
  }

  #advance(request: SimulatorRequest): SimulatorAnswer {
    this.#parts.advance(read(SHAPES.advance, request).ms);
    return json({ now: instant(this.#parts.clock()) });
  }

  /** Devices as they stand, for tests to compare with: those of one server, or all; `from` and `limit` page. */
  #list({ query }: SimulatorRequest): SimulatorAnswer {
    const { fleet, servers } = this.#parts;
    const wanted = query.get("server");
    const of = wanted === null ? undefined : servers.list().findIndex(({ name }) => name === wanted);
    const [from, limit] = [Number(query.get("from") ?? 0), Number(query.get("limit") ?? 1000)];
    const devices: unknown[] = [];
    let place = Number.isSafeInteger(from) && from >= 0 ? from : 0;
    for (; place < fleet.places && devices.length < Math.min(limit, MAX_LISTED); place += 1) {
      const { server, status, profile } = fleet.stateAt(place);
      if (server === NOWHERE.released || (of !== undefined && server !== of)) continue;
      const name = server < 0 ? null : servers.at(server).name;
      devices.push({
        serial: fleet.serialAt(place),
        server: name,
        profileStatus: status,
        profileUuid: profile ?? null,
      });
    }
    return json({ devices, next: place < fleet.places ? place : null });
  }

  #add(request: SimulatorRequest): SimulatorAnswer {
    const { count, serials = [], family, unassigned, silent, server } = read(SHAPES.add, request);
    const { fleet } = this.#parts;
    const named = count !== undefined && serials.length > 0;
    if (named || (count === undefined && serials.length === 0)) {
      throw usage(
        text("give either a count or serial numbers", "台数かシリアルナンバーのどちらか一方を指定してください"),
      );
    }
    const seen = new Set<string>();
    const isTwice = (serial: string): boolean => seen.size === seen.add(serial).size;
    const there = serials.filter((serial) => isTwice(serial) || this.#isThere(serial));
    if (there.length > 0) throw taken(there);
    const owner = unassigned ? NOWHERE.unassigned : this.#serverOf(server);
    const hardware = family === undefined ? undefined : HARDWARE.findIndex((one) => one.family === family);
    const added: string[] = [];
    for (const serial of serials.length > 0 ? serials : Array.from({ length: count ?? 0 }, () => undefined)) {
      added.push(this.#addOne(serial, { server: owner, hardware, silent }));
    }
    return json({ serials: added, devices: fleet.places });
  }

  #addOne(
    serial: string | undefined,
    purchase: { server: number; hardware: number | undefined; silent: boolean },
  ): string {
    const { fleet, organisation } = this.#parts;
    const place = serial === undefined ? undefined : fleet.placeOf(serial);
    if (place === undefined) return fleet.serialAt(organisation.add({ ...purchase, serial }));
    // it was released, and is bought again
    organisation.move(place, purchase.server, purchase.silent);
    return fleet.serialAt(place);
  }

  #assign(request: SimulatorRequest): SimulatorAnswer {
    const { serials, server, none, silent } = read(SHAPES.assign, request);
    const places = this.#placesOf(serials);
    const owner = none ? NOWHERE.unassigned : this.#serverOf(server);
    for (const place of places) this.#parts.organisation.move(place, owner, silent);
    return json({ serials, server: owner < 0 ? null : this.#parts.servers.at(owner).name });
  }

  #release(request: SimulatorRequest): SimulatorAnswer {
    const { serials, silent } = read(SHAPES.release, request);
    for (const place of this.#placesOf(serials)) this.#parts.organisation.release(place, silent);
    return json({ serials });
  }

  #activate(request: SimulatorRequest): SimulatorAnswer {
    const { serials } = read(SHAPES.activate, request);
    const { fleet, organisation } = this.#parts;
    const activated = this.#placesOf(serials).filter((place) => organisation.activate(place));
    return json({ serials: activated.map((place) => fleet.serialAt(place)) });
  }

  #disable(request: SimulatorRequest): SimulatorAnswer {
    const { uuid } = read(SHAPES.disable, request);
    if (this.#parts.profiles.disable(uuid)) return json({ uuid });
    throw new Failure("not-found", { what: text(`there is no profile ${uuid}`, `プロファイル ${uuid} はありません`) });
  }

  #fault(request: SimulatorRequest): SimulatorAnswer {
    const { lasting, count, ...fault } = read(SHAPES.fault, request);
    this.#parts.faults.add({ ...fault, count: lasting ? undefined : (count ?? usualCount(fault.fault)) });
    return json(this.#parts.faults.list());
  }

  #clearFaults(): SimulatorAnswer {
    this.#parts.faults.clear();
    return json([]);
  }

  #token(request: SimulatorRequest): SimulatorAnswer {
    const { certificate, server, admin } = read(SHAPES.token, request);
    const { tokens, servers, clock } = this.#parts;
    const number = this.#serverOf(server);
    try {
      const { name, content } = tokens.download(certificate, {
        number,
        server: servers.at(number),
        admin,
        now: clock(),
      });
      return file(name, "application/pkcs7-mime", content);
    } catch (error) {
      throw new Failure("input-rejected", {
        what: text(
          "the public key is not a certificate in PEM with an RSA key",
          "公開鍵ファイルが、RSA 鍵の証明書(PEM)ではありません",
        ),
        cause: error,
      });
    }
  }

  #pushCertificate(request: SimulatorRequest): SimulatorAnswer {
    const { csr, renew } = read(SHAPES.push, request);
    const certificate = this.#parts.push.issue(csr, renew, this.#parts.clock());
    return file("MDM_SIMULATOR_Certificate.pem", "application/x-pem-file", certificate);
  }

  #vppToken(request: SimulatorRequest): SimulatorAnswer {
    const { org, holder } = read(SHAPES.vpp, request);
    const { name, content } = this.#parts.vpp.download(org, holder ?? undefined, this.#parts.clock());
    return file(name, "application/octet-stream", content);
  }

  #businessKey(request: SimulatorRequest): SimulatorAnswer {
    read(SHAPES.business, request);
    return json(this.#parts.business.createKey());
  }

  #serverOf(name = FIRST_SERVER): number {
    return this.#parts.servers.named(name, this.#parts.clock());
  }

  #isThere(serial: string): boolean {
    const { fleet } = this.#parts;
    const place = fleet.placeOf(serial);
    if (place === undefined) return fleet.isReserved(serial);
    return fleet.stateAt(place).server !== NOWHERE.released;
  }

  /** @throws Failure `not-found` where one of them is not in the organisation: then nothing is done */
  #placesOf(serials: readonly string[]): readonly number[] {
    const { fleet } = this.#parts;
    const missing = serials.filter((serial) => fleet.placeOf(serial) === undefined || !this.#isThere(serial));
    if (missing.length === 0) return serials.map((serial) => fleet.placeOf(serial) ?? 0);
    throw new Failure("not-found", {
      what: text(
        `not in the simulated organisation: ${missing.slice(0, 5).join(", ")}`,
        `シミュレーターの組織にないデバイスです: ${missing.slice(0, 5).join(", ")}`,
      ),
      hint: step("add them first", "先に追加してください", line("ade simulator do devices add", [])),
    });
  }
}

const taken = (serials: readonly string[]): Failure =>
  new Failure("input-rejected", {
    what: text(
      `already in the organisation, named twice, or like the simulator's own: ${serials.slice(0, 5).join(", ")}`,
      `すでに組織にあるか、重複しているか、シミュレーターが作るシリアルナンバーの形です: ${serials.slice(0, 5).join(", ")}`,
    ),
  });
