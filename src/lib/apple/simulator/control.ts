import { z } from "zod";
import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { NO_MDM_SERVER, type DeviceFleet } from "./devices/fleet.ts";
import { HARDWARE_MODELS } from "./devices/hardware.ts";
import type { OrganisationDevices } from "./devices/organisation.ts";
import { getDefaultFaultCount, type FaultRegistry } from "./faults.ts";
import {
  createFileResponse,
  formatAppleInstant,
  createJsonResponse,
  type SimulatorResponse,
  type SimulatorRequest,
} from "./messages.ts";
import type { SimulatedBusinessApi } from "./portals/business.ts";
import type { PushPortal } from "./portals/push-portal.ts";
import { CONTROL_PATH, FIRST_SERVER_NAME } from "./names.ts";
import type { MdmServerRegistry, ServerTokenRegistry } from "./portals/tokens.ts";
import type { SimulatedVppService } from "./portals/vpp.ts";
import type { ProfileRegistry } from "./service/profiles.ts";
import type { SessionRegistry } from "./service/sessions.ts";
import { faultSchema, locationHolderSchema } from "./state.ts";

/** The parts of the simulator that its control interface uses. */
export interface ControlParts {
  readonly seed: string;
  readonly fleet: DeviceFleet;
  readonly organisation: OrganisationDevices;
  readonly profiles: ProfileRegistry;
  readonly sessions: SessionRegistry;
  readonly faults: FaultRegistry;
  readonly servers: MdmServerRegistry;
  readonly tokens: ServerTokenRegistry;
  readonly push: PushPortal;
  readonly vpp: SimulatedVppService;
  readonly business: SimulatedBusinessApi;
  /** returns the time of the simulator's clock, in milliseconds */
  readonly clock: () => number;
  /** moves the clock forward */
  readonly advance: (ms: number) => void;
}

/** Limit of devices to add in one request, because more devices would take minutes. */
const MAX_ADDED_DEVICES = 1_000_000;
const MAX_REQUEST_SERIALS = 100_000;
const MAX_LISTED_DEVICES = 10_000;
/** One century, which is longer than any certificate is valid. */
const MAX_ADVANCE_MS = 100 * 365 * 24 * 3600 * 1000;
const DEFAULT_ADMIN = "admin@simulator.example.jp";

const serialsSchema = z.array(z.string().min(1).max(64)).min(1).max(MAX_REQUEST_SERIALS);
const silentSchema = z.boolean().default(false);
const serverSchema = z.string().min(1).max(200).optional();

const REQUEST_SCHEMAS = {
  settings: z.strictObject({ rotateEvery: z.number().int().min(0) }),
  advance: z.strictObject({ ms: z.number().int().min(0).max(MAX_ADVANCE_MS) }),
  token: z.strictObject({
    certificate: z.string(),
    server: serverSchema,
    admin: z.string().min(3).max(254).default(DEFAULT_ADMIN),
  }),
  push: z.strictObject({ csr: z.string(), renew: z.string().optional() }),
  vpp: z.strictObject({
    org: z.string().trim().min(1).max(200),
    holder: locationHolderSchema.nullable().default(null),
  }),
  business: z.strictObject({}),
  fault: faultSchema.extend({ after: faultSchema.shape.after.default(0), lasting: z.boolean().default(false) }),
  add: z.strictObject({
    count: z.number().int().min(1).max(MAX_ADDED_DEVICES).optional(),
    serials: z
      .array(z.string().regex(/^[0-9A-Z]{4,64}$/))
      .max(MAX_REQUEST_SERIALS)
      .optional(),
    family: z.enum(["iPhone", "iPad", "Mac", "AppleTV"]).optional(),
    unassigned: z.boolean().default(false),
    silent: silentSchema,
    server: serverSchema,
  }),
  assign: z.strictObject({
    serials: serialsSchema,
    server: serverSchema,
    none: z.boolean().default(false),
    silent: silentSchema,
  }),
  release: z.strictObject({ serials: serialsSchema, silent: silentSchema }),
  activate: z.strictObject({ serials: serialsSchema }),
  disable: z.strictObject({ uuid: z.string() }),
};

const createUsageFailure = (what: Failure["what"]): Failure => new Failure("usage", { what });

/** Parses the body of a request. @throws Failure `usage` if the body does not match the schema */
function parseControlBody<T>(shape: z.ZodType<T>, { body }: SimulatorRequest): T {
  let value: unknown;
  try {
    value = JSON.parse(body === "" ? "{}" : body);
  } catch {
    throw createUsageFailure(text("the body is not JSON", "本文が JSON ではありません"));
  }
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.join(".") ?? "";
  throw createUsageFailure(text(`${place}: ${issue?.message ?? "wrong"}`, `${place} の値が正しくありません`));
}

type ControlHandler = (request: SimulatorRequest) => SimulatorResponse;

/** The control interface of the simulator: devices, faults, the clock, and downloads from Apple's portals. */
export class ControlInterface {
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
      ["GET /faults", () => createJsonResponse(parts.faults.list())],
      ["POST /faults", (request) => this.#fault(request)],
      ["DELETE /faults", () => this.#clearFaults()],
      ["POST /tokens", (request) => this.#token(request)],
      ["POST /push-certificates", (request) => this.#pushCertificate(request)],
      ["POST /vpp-tokens", (request) => this.#vppToken(request)],
      ["POST /business-keys", (request) => this.#businessKey(request)],
    ]);
  }

  /** Handles a request.  @returns undefined if the path does not belong to the control interface */
  handle(request: SimulatorRequest): SimulatorResponse | undefined {
    const { path, method } = request;
    if (path !== CONTROL_PATH && !path.startsWith(`${CONTROL_PATH}/`)) return undefined;
    try {
      const handler = this.#routes.get(`${method} ${path.slice(CONTROL_PATH.length).replace(/\/$/, "")}`);
      if (handler !== undefined) return handler(request);
      throw new Failure("not-found", {
        what: text(
          `the simulator does not support ${method} ${path}`,
          `シミュレーターは ${method} ${path} に対応していません`,
        ),
      });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const problem = error.toJSON();
      return createJsonResponse(problem, problem.status);
    }
  }

  #about(): SimulatorResponse {
    const { seed, fleet, clock, servers, sessions } = this.#parts;
    return createJsonResponse({
      simulator: "clomoctl",
      version: 1,
      seed,
      devices: fleet.places,
      now: formatAppleInstant(clock()),
      servers: servers.list().map(({ name, uuid }) => ({ name, uuid })),
      rotateEvery: sessions.rotateEvery,
    });
  }

  #settings(request: SimulatorRequest): SimulatorResponse {
    const { sessions } = this.#parts;
    sessions.rotateEvery = parseControlBody(REQUEST_SCHEMAS.settings, request).rotateEvery;
    return createJsonResponse({ rotateEvery: sessions.rotateEvery });
  }

  #advance(request: SimulatorRequest): SimulatorResponse {
    this.#parts.advance(parseControlBody(REQUEST_SCHEMAS.advance, request).ms);
    return createJsonResponse({ now: formatAppleInstant(this.#parts.clock()) });
  }

  /** Returns the state of one server's devices, or all, for tests to compare; `from` and `limit` select a page. */
  #list({ query }: SimulatorRequest): SimulatorResponse {
    const { fleet, servers } = this.#parts;
    const wanted = query.get("server");
    const of = wanted === null ? undefined : servers.list().findIndex(({ name }) => name === wanted);
    const [from, limit] = [Number(query.get("from") ?? 0), Number(query.get("limit") ?? 1000)];
    const devices: unknown[] = [];
    let place = Number.isSafeInteger(from) && from >= 0 ? from : 0;
    for (; place < fleet.places && devices.length < Math.min(limit, MAX_LISTED_DEVICES); place += 1) {
      const { server, status, profile } = fleet.stateAt(place);
      if (server === NO_MDM_SERVER.released || (of !== undefined && server !== of)) continue;
      const name = server < 0 ? null : servers.at(server).name;
      devices.push({
        serial: fleet.serialAt(place),
        server: name,
        profileStatus: status,
        profileUuid: profile ?? null,
      });
    }
    return createJsonResponse({ devices, next: place < fleet.places ? place : null });
  }

  #add(request: SimulatorRequest): SimulatorResponse {
    const { count, serials = [], family, unassigned, silent, server } = parseControlBody(REQUEST_SCHEMAS.add, request);
    const { fleet } = this.#parts;
    const named = count !== undefined && serials.length > 0;
    if (named || (count === undefined && serials.length === 0)) {
      throw createUsageFailure(
        text("specify either a count or serial numbers", "台数かシリアルナンバーのどちらか一方を指定してください"),
      );
    }
    const seen = new Set<string>();
    const isTwice = (serial: string): boolean => seen.size === seen.add(serial).size;
    const there = serials.filter((serial) => isTwice(serial) || this.#isThere(serial));
    if (there.length > 0) throw createRejectedSerialsFailure(there);
    const owner = unassigned ? NO_MDM_SERVER.unassigned : this.#serverOf(server);
    const hardware = family === undefined ? undefined : HARDWARE_MODELS.findIndex((one) => one.family === family);
    const added: string[] = [];
    for (const serial of serials.length > 0 ? serials : Array.from({ length: count ?? 0 }, () => undefined)) {
      added.push(this.#addOne(serial, { server: owner, hardware, silent }));
    }
    return createJsonResponse({ serials: added, devices: fleet.places });
  }

  #addOne(
    serial: string | undefined,
    purchase: { server: number; hardware: number | undefined; silent: boolean },
  ): string {
    const { fleet, organisation } = this.#parts;
    const place = serial === undefined ? undefined : fleet.placeOf(serial);
    if (place === undefined) return fleet.serialAt(organisation.add({ ...purchase, serial }));
    // the device was released earlier, and is now bought again
    organisation.move(place, purchase.server, purchase.silent);
    return fleet.serialAt(place);
  }

  #assign(request: SimulatorRequest): SimulatorResponse {
    const { serials, server, none, silent } = parseControlBody(REQUEST_SCHEMAS.assign, request);
    const places = this.#placesOf(serials);
    const owner = none ? NO_MDM_SERVER.unassigned : this.#serverOf(server);
    for (const place of places) this.#parts.organisation.move(place, owner, silent);
    return createJsonResponse({ serials, server: owner < 0 ? null : this.#parts.servers.at(owner).name });
  }

  #release(request: SimulatorRequest): SimulatorResponse {
    const { serials, silent } = parseControlBody(REQUEST_SCHEMAS.release, request);
    for (const place of this.#placesOf(serials)) this.#parts.organisation.release(place, silent);
    return createJsonResponse({ serials });
  }

  #activate(request: SimulatorRequest): SimulatorResponse {
    const { serials } = parseControlBody(REQUEST_SCHEMAS.activate, request);
    const { fleet, organisation } = this.#parts;
    const activated = this.#placesOf(serials).filter((place) => organisation.activate(place));
    return createJsonResponse({ serials: activated.map((place) => fleet.serialAt(place)) });
  }

  #disable(request: SimulatorRequest): SimulatorResponse {
    const { uuid } = parseControlBody(REQUEST_SCHEMAS.disable, request);
    if (this.#parts.profiles.disable(uuid)) return createJsonResponse({ uuid });
    throw new Failure("not-found", {
      what: text(`profile ${uuid} does not exist`, `プロファイル ${uuid} はありません`),
    });
  }

  #fault(request: SimulatorRequest): SimulatorResponse {
    const { lasting, count, ...fault } = parseControlBody(REQUEST_SCHEMAS.fault, request);
    this.#parts.faults.add({ ...fault, count: lasting ? undefined : (count ?? getDefaultFaultCount(fault.fault)) });
    return createJsonResponse(this.#parts.faults.list());
  }

  #clearFaults(): SimulatorResponse {
    this.#parts.faults.clear();
    return createJsonResponse([]);
  }

  #token(request: SimulatorRequest): SimulatorResponse {
    const { certificate, server, admin } = parseControlBody(REQUEST_SCHEMAS.token, request);
    const { tokens, servers, clock } = this.#parts;
    const number = this.#serverOf(server);
    try {
      const { name, content } = tokens.download(certificate, {
        number,
        server: servers.at(number),
        admin,
        now: clock(),
      });
      return createFileResponse(name, "application/pkcs7-mime", content);
    } catch (error) {
      throw new Failure("input-rejected", {
        what: text(
          "the public key file is not a PEM certificate with an RSA key",
          "公開鍵ファイルが、RSA 鍵の証明書(PEM)ではありません",
        ),
        cause: error,
      });
    }
  }

  #pushCertificate(request: SimulatorRequest): SimulatorResponse {
    const { csr, renew } = parseControlBody(REQUEST_SCHEMAS.push, request);
    const certificate = this.#parts.push.issue(csr, renew, this.#parts.clock());
    return createFileResponse("MDM_SIMULATOR_Certificate.pem", "application/x-pem-file", certificate);
  }

  #vppToken(request: SimulatorRequest): SimulatorResponse {
    const { org, holder } = parseControlBody(REQUEST_SCHEMAS.vpp, request);
    const { name, content } = this.#parts.vpp.download(org, holder ?? undefined, this.#parts.clock());
    return createFileResponse(name, "application/octet-stream", content);
  }

  #businessKey(request: SimulatorRequest): SimulatorResponse {
    parseControlBody(REQUEST_SCHEMAS.business, request);
    return createJsonResponse(this.#parts.business.createKey());
  }

  #serverOf(name = FIRST_SERVER_NAME): number {
    return this.#parts.servers.named(name, this.#parts.clock());
  }

  #isThere(serial: string): boolean {
    const { fleet } = this.#parts;
    const place = fleet.placeOf(serial);
    if (place === undefined) return fleet.isReserved(serial);
    return fleet.stateAt(place).server !== NO_MDM_SERVER.released;
  }

  /** Returns the places of devices.  @throws Failure `not-found`, with no change, if one is not in the organisation */
  #placesOf(serials: readonly string[]): readonly number[] {
    const { fleet } = this.#parts;
    const missing = serials.filter((serial) => fleet.placeOf(serial) === undefined || !this.#isThere(serial));
    if (missing.length === 0) return serials.map((serial) => fleet.placeOf(serial) ?? 0);
    throw new Failure("not-found", {
      what: text(
        `devices not in the simulated organisation: ${missing.slice(0, 5).join(", ")}`,
        `シミュレーターの組織にないデバイスです: ${missing.slice(0, 5).join(", ")}`,
      ),
      hint: step("add the devices first", "先にデバイスを追加してください", line("ade simulator do devices add", [])),
    });
  }
}

const createRejectedSerialsFailure = (serials: readonly string[]): Failure =>
  new Failure("input-rejected", {
    what: text(
      `serial numbers that are repeated, already in the organisation, or in the form that the simulator generates: ${serials.slice(0, 5).join(", ")}`,
      `すでに組織にあるか、重複しているか、シミュレーターが生成する形式のシリアルナンバーです: ${serials.slice(0, 5).join(", ")}`,
    ),
  });
