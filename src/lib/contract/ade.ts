import { z } from "zod";
import { ADE_DEVICE, ADE_DEVICE_STATES } from "../model/ade-device.ts";
import { CURSOR_LIFE_MS, ENDPOINT_KINDS, SYNC_KINDS, SYNC_REASONS, SYNC_STATES } from "../model/ade.ts";
import { byName, flag, paging } from "./queries.ts";
import { get, items, json, list, post, put } from "./route.ts";
import { byId, Id, Instant, named, ProblemObject, Sha256 } from "./shapes.ts";
import { lineSchema, recordSchema } from "./thing-schema.ts";

const keysOf = <T extends object>(table: T) => Object.keys(table) as [keyof T & string, ...(keyof T & string)[]];

/** A device as Apple's device service has it. */
const AdeDevice = named("AdeDevice", recordSchema(ADE_DEVICE.fields));

const Endpoint = z.object({ kind: z.enum(ENDPOINT_KINDS), url: z.string() });

/** Apple's entry of the MDM server, as it was seen last. */
const Server = z.object({
  name: z.string(),
  uuid: z.string(),
  admin: z.string().nullable().meta({ description: "the Managed Apple Account that downloaded the token" }),
  organisation: z.string().nullable(),
  seenAt: Instant,
});

const Key = z.object({
  fingerprint: Sha256.meta({ description: "SHA-256 of its public key" }),
  createdAt: Instant,
});

const Counts = z.object({
  present: z.int(),
  missing: z.int(),
  released: z.int(),
  notReady: z.int().meta({ description: "of those present: with another profile state than assigned and pushed" }),
  unreadable: z
    .int()
    .meta({ description: "records of Apple's answers that could not be read, and were not read since" }),
});

/** Devices whose ADE profile Apple did not take: a sync tries again. */
const Waiting = z.object({
  devices: z.int(),
  notReady: z.int().meta({ description: "of those: without any profile" }),
  retryAt: Instant.meta({ description: "from when a sync tries the first of them again" }),
});

/** How often a sync is repeated: Apple takes no position that is older than 7 days. */
const IntervalMs = z.int().min(1).max(CURSOR_LIFE_MS);

/** A record of an answer of Apple's that could not be read. */
const UnreadableRecord = z.object({
  serialNumber: z.string().nullable().meta({ description: "null if it could not be read itself" }),
  place: z.string().meta({ description: "in the answer: devices[3]" }),
  member: z.string().meta({ description: "the first member that is not as Apple documents it" }),
  isNew: z.boolean().meta({ description: "the completed runs before did not meet it" }),
});

/** A run of the sync. */
const AdeSync = named(
  "AdeSync",
  z.object({
    id: Id,
    kind: z.enum(keysOf(SYNC_KINDS)),
    reason: z.enum(keysOf(SYNC_REASONS)),
    state: z.enum(keysOf(SYNC_STATES)),
    startedAt: Instant,
    finishedAt: Instant.nullable(),
    pages: z.int(),
    devices: z.int().meta({ description: "devices that its pages had, repeated ones too" }),
    created: z.int(),
    changed: z.int(),
    released: z.int(),
    missing: z.int().meta({ description: "devices that Apple no longer has, and whose release is not confirmed" }),
    registered: z.int().meta({ description: "devices that the tenant got a 事前登録 record of" }),
    assigned: z.int().meta({ description: "devices that got an ADE profile: by themselves, or as they waited for it" }),
    unreadable: z.int().meta({ description: "records that could not be read, and were skipped" }),
    intervalMs: IntervalMs.nullable().meta({ description: "how often a schedule repeats it; null: nobody does" }),
    change: z
      .int()
      .nullable()
      .meta({ description: "the number of its change; null if it is not done, or changed nothing" }),
    error: ProblemObject.nullable(),
  }),
);

/** How a tenant stands with Apple's device enrolment; no secret is in it. */
const Ade = named(
  "Ade",
  z.object({
    endpoint: Endpoint.nullable(),
    mirror: z.boolean().meta({ description: "data came from the console: only a simulator may be asked" }),
    server: Server.nullable(),
    stagedKey: Key.nullable().meta({ description: "made, and no token was opened by it yet" }),
    key: Key.nullable(),
    token: z
      .object({
        expiresAt: Instant,
        setAt: Instant,
        setBy: z.string(),
        consumer: Sha256.meta({ description: "SHA-256 of its consumer key" }),
        simulated: z.boolean(),
        rejectedAt: Instant.nullable().meta({ description: "when Apple first rejected it" }),
        renewal: Id.nullable().meta({ description: "the renewal item that has its date" }),
      })
      .nullable(),
    lastFullAt: Instant.nullable(),
    lastSyncAt: Instant.nullable(),
    sync: AdeSync.nullable().meta({ description: "the last run" }),
    counts: Counts,
    waiting: Waiting.nullable().meta({ description: "devices whose profile Apple did not take for now" }),
  }),
);

const EXAMPLE_SYNC = {
  id: "01990000-0000-7000-8000-000000000031",
  kind: "full",
  reason: "never-full",
  state: "done",
  startedAt: "2026-04-01T00:00:00.000Z",
  finishedAt: "2026-04-01T00:00:02.000Z",
  pages: 1,
  devices: 10,
  created: 10,
  changed: 0,
  released: 0,
  missing: 0,
  registered: 10,
  assigned: 0,
  unreadable: 0,
  intervalMs: null,
  change: 17,
  error: null,
};

const EXAMPLE = {
  endpoint: { kind: "simulator", url: "http://127.0.0.1:8080" },
  mirror: false,
  server: {
    name: "SIMULATOR",
    uuid: "0123456789ABCDEF0123456789ABCDEF",
    admin: "admin@example.jp",
    organisation: "SIMULATOR",
    seenAt: "2026-04-01T00:00:00.000Z",
  },
  stagedKey: null,
  key: { fingerprint: "0".repeat(64), createdAt: "2026-04-01T00:00:00.000Z" },
  token: {
    expiresAt: "2027-04-01T00:00:00.000Z",
    setAt: "2026-04-01T00:00:00.000Z",
    setBy: "owner",
    consumer: "0".repeat(64),
    simulated: true,
    rejectedAt: null,
    renewal: null,
  },
  lastFullAt: "2026-04-01T00:00:02.000Z",
  lastSyncAt: "2026-04-01T00:00:02.000Z",
  sync: EXAMPLE_SYNC,
  counts: { present: 10, missing: 0, released: 0, notReady: 10, unreadable: 0 },
  waiting: null,
};

const wholeOf = z.object({ items: z.array(z.string()), next: z.string().nullable() });

export default {
  description: "Apple's device enrolment: ADE (Automated Device Enrollment)",
  routes: {
    show: get("/v1/ade", {
      id: "ade",
      summary: "Endpoint, server, keys, token and the last sync",
      example: EXAMPLE,
      answer: json(Ade, "How the tenant stands with ADE"),
    }),
    setEndpoint: put("/v1/ade/endpoint", {
      id: "setAdeEndpoint",
      summary: "Say where Apple's services are",
      body: z.strictObject({
        kind: z.enum(ENDPOINT_KINDS),
        url: z.url().max(2000).optional().meta({ description: "of a simulator, or another server; Apple's is known" }),
        startOver: z
          .boolean()
          .optional()
          .meta({ description: "true: forget keys, token, devices and profiles of the former endpoint" }),
      }),
      example: EXAMPLE,
      answer: json(Ade, "How the tenant stands with ADE"),
      fails: ["input-rejected", "unavailable"],
    }),
    createKeyPair: post("/v1/ade/keypair", {
      id: "createAdeKeyPair",
      summary: "Make a pair of keys for a server token, or give the staged one's certificate again",
      body: z.strictObject({
        startOver: z.boolean().optional().meta({ description: "true: throw the staged one away" }),
      }),
      example: { certificate: "-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----\n", created: true },
      answer: json(
        z.object({
          certificate: z.string().meta({ description: "PEM: what Apple Business Manager takes as the public key" }),
          created: z.boolean(),
        }),
        "The certificate; its private key stays in the tenant",
      ),
      fails: ["not-permitted"],
    }),
    setToken: put("/v1/ade/token", {
      id: "setAdeToken",
      summary: "Take over a server token",
      body: z.strictObject({
        name: z.string().min(1).max(1000).meta({ description: "the file's name" }),
        content: z.base64().max(400_000).meta({ description: "the file" }),
        otherAdmin: z.boolean().optional().meta({ description: "true: another administrator downloaded it" }),
        otherServer: z.boolean().optional().meta({ description: "true: it is of another server entry" }),
      }),
      example: { unchanged: false, ade: EXAMPLE },
      answer: json(z.object({ unchanged: z.boolean(), ade: Ade }), "Whether it was set already, and how ADE stands"),
      fails: ["input-rejected", "not-permitted"],
    }),
    inspectToken: post("/v1/ade/token/inspect", {
      id: "inspectAdeToken",
      changes: false,
      summary: "Open a server token by the tenant's keys, without setting it",
      body: z.strictObject({
        name: z.string().min(1).max(1000).meta({ description: "the file's name" }),
        content: z.base64().max(400_000).meta({ description: "the file" }),
      }),
      example: {
        server: "SIMULATOR",
        expiresAt: "2027-04-01T00:00:00.000Z",
        key: "staged",
        inForce: false,
        sameAdmin: true,
        simulated: true,
      },
      answer: json(
        z.object({
          server: z.string().nullable().meta({ description: "by the file's name" }),
          expiresAt: Instant,
          key: z.enum(["staged", "current", "former"]).meta({
            description: "the key that opened it; former: that before, until a token of the current one has worked",
          }),
          inForce: z.boolean().meta({ description: "this very file is set" }),
          sameAdmin: z.boolean().nullable().meta({
            description: "the administrator who downloaded the one in force downloaded it; null while none is set",
          }),
          simulated: z.boolean(),
        }),
        "What it tells; no secret is in it",
      ),
      fails: ["input-rejected", "not-permitted"],
    }),
    contact: post("/v1/ade/account", {
      id: "contactAde",
      changes: false,
      summary: "Ask Apple for the account that the token is of",
      body: z.strictObject({}),
      example: {
        ade: EXAMPLE,
        account: {
          serverName: "SIMULATOR",
          serverUuid: "0123456789ABCDEF0123456789ABCDEF",
          adminId: "admin@example.jp",
          orgName: "SIMULATOR",
          orgEmail: null,
          orgPhone: null,
          orgAddress: null,
          orgId: null,
          orgType: "org",
          orgVersion: "v2",
        },
      },
      answer: json(
        z.object({
          ade: Ade,
          account: z.object({
            serverName: z.string(),
            serverUuid: z.string(),
            adminId: z.string().nullable(),
            orgName: z.string().nullable(),
            orgEmail: z.string().nullable(),
            orgPhone: z.string().nullable(),
            orgAddress: z.string().nullable(),
            orgId: z.string().nullable(),
            orgType: z.string().nullable(),
            orgVersion: z.string().nullable(),
          }),
        }),
        "The account",
      ),
      fails: ["input-rejected", "not-permitted", "unavailable"],
    }),
    sync: post("/v1/ade/syncs", {
      id: "syncAde",
      summary: "Begin a sync with Apple's device service, or go on with one that was cut off",
      body: z.strictObject({
        kind: z.enum(keysOf(SYNC_KINDS)).optional().meta({ description: "else what is due" }),
        most: z
          .strictObject({ count: z.int().min(0).optional(), percent: z.number().min(0).max(100).optional() })
          .optional()
          .meta({ description: "how many devices may be released without being asked; each limit given must hold" }),
        intervalMs: IntervalMs.optional().meta({ description: "how often a schedule repeats it" }),
      }),
      example: EXAMPLE_SYNC,
      answer: json(AdeSync, "The run, under way"),
      status: 201,
      fails: ["input-rejected", "not-permitted", "locked"],
    }),
    findSync: get("/v1/ade/syncs/{id}", {
      id: "adeSync",
      summary: "A run of the sync",
      params: byId,
      example: EXAMPLE_SYNC,
      answer: json(AdeSync, "The run"),
    }),
    syncChanges: get("/v1/ade/syncs/{id}/serials", {
      id: "adeSyncSerials",
      summary:
        "Serial numbers that a run created, released or found missing, or that became not ready since the run before",
      params: byId,
      query: { which: z.enum(["created", "released", "missing", "not-ready"]) },
      example: { items: ["SERIAL000001"], next: null },
      answer: json(wholeOf, "At most 1,000 of them; `next` tells that there are more"),
    }),
    unreadable: get("/v1/ade/syncs/{id}/unreadable", {
      id: "adeSyncUnreadable",
      summary: "Records that a run could not read",
      params: byId,
      example: { items: [{ serialNumber: "SERIAL000001", place: "devices[0]", member: "op_date", isNew: true }] },
      answer: items(UnreadableRecord, "In the order in which they came, at most 1,000 of them"),
    }),
    release: post("/v1/ade/syncs/{id}/release", {
      id: "releaseAdeDevices",
      summary: "Confirm that devices are gone which a full sync did not find",
      params: byId,
      body: z.strictObject({ count: z.int().min(1).meta({ description: "their number: any other is refused" }) }),
      example: EXAMPLE_SYNC,
      answer: json(AdeSync, "The run"),
      fails: ["input-rejected", "conflict"],
    }),
    devices: get("/v1/ade/devices", {
      id: "adeDevices",
      summary: "Devices as Apple has them, page by page",
      query: {
        ...paging,
        search: z.string().optional().meta({ description: "part of any text of a device" }),
        state: z.enum(ADE_DEVICE_STATES).optional().meta({ description: "default: all but released ones" }),
        notReady: flag.meta({ description: "true: those whose profile state is neither assigned nor pushed" }),
      },
      answer: list(AdeDevice, lineSchema(ADE_DEVICE.fields), "Devices in the order in which they were first seen"),
    }),
    findDevices: get("/v1/ade/devices/find", {
      id: "findAdeDevices",
      summary: "Devices as Apple has them, by serial number",
      query: byName,
      answer: items(AdeDevice, "Devices with this serial number"),
    }),
  },
};

export type Ade = z.infer<typeof Ade>;
export type AdeSync = z.infer<typeof AdeSync>;
export type { AdeDeviceRecord } from "../model/ade-device.ts";
