import { z } from "zod";
import { ADE_DEVICE, ADE_DEVICE_STATES } from "../model/ade-device.ts";
import { CURSOR_LIFETIME_MS, ENDPOINT_KINDS, SYNC_KINDS, SYNC_REASONS, SYNC_STATES } from "../model/ade.ts";
import { byName, queryFlag, paging } from "./queries.ts";
import { get, itemsResponse, jsonResponse, listResponse, post, put } from "./route.ts";
import { byId, Id, Instant, namedFile, nameSchema, ProblemObject, Sha256 } from "./shapes.ts";
import { lineSchema, recordSchema } from "./thing-schema.ts";

const keysOf = <T extends object>(table: T) => Object.keys(table) as [keyof T & string, ...(keyof T & string)[]];

/** A device as Apple's device service lists it. */
const AdeDevice = nameSchema("AdeDevice", recordSchema(ADE_DEVICE.fields));

const AdeEndpoint = z.object({ kind: z.enum(ENDPOINT_KINDS), url: z.string() });

/** Apple's entry for the MDM server, as last seen. */
const AdeServer = z.object({
  name: z.string(),
  uuid: z.string(),
  admin: z.string().nullable().meta({ description: "the Managed Apple Account that downloaded the token" }),
  organisation: z.string().nullable(),
  seenAt: Instant,
});

const AdeKey = z.object({
  fingerprint: Sha256.meta({ description: "SHA-256 of the public key" }),
  createdAt: Instant,
});

const DeviceCounts = z.object({
  present: z.int(),
  missing: z.int(),
  released: z.int(),
  notReady: z
    .int()
    .meta({ description: "number of present devices whose profile state is neither assigned nor pushed" }),
  unreadable: z.int().meta({
    description: "number of records in Apple's responses that could not be read, and have not been read since",
  }),
});

/** Devices whose ADE profile Apple did not accept; a later sync tries again. */
const WaitingDevices = z.object({
  devices: z.int(),
  notReady: z.int().meta({ description: "number of these devices that do not have a profile" }),
  retryAt: Instant.meta({ description: "time from which a sync retries the first of these devices" }),
});

/** Interval at which a sync is repeated. The maximum is 7 days, because Apple does not accept an older cursor. */
const IntervalMs = z.int().min(1).max(CURSOR_LIFETIME_MS);

/** A record in one of Apple's responses that could not be read. */
const UnreadableRecord = z.object({
  serialNumber: z.string().nullable().meta({ description: "null if the serial number itself could not be read" }),
  place: z.string().meta({ description: "position in Apple's response, such as devices[3]" }),
  member: z.string().meta({ description: "first member of the record that does not match Apple's documentation" }),
  isNew: z.boolean().meta({ description: "true: no earlier completed run reported this record as unreadable" }),
});

/** A run of the sync. */
const AdeSync = nameSchema(
  "AdeSync",
  z.object({
    id: Id,
    kind: z.enum(keysOf(SYNC_KINDS)),
    reason: z.enum(keysOf(SYNC_REASONS)),
    state: z.enum(keysOf(SYNC_STATES)),
    startedAt: Instant,
    finishedAt: Instant.nullable(),
    pages: z.int(),
    devices: z.int().meta({ description: "number of devices on all pages, including repeated devices" }),
    created: z.int(),
    changed: z.int(),
    released: z.int(),
    missing: z
      .int()
      .meta({ description: "number of devices that Apple no longer has, and whose release is not confirmed" }),
    registered: z
      .int()
      .meta({ description: "number of devices for which a 事前登録 record was created in the tenant" }),
    assigned: z
      .int()
      .meta({ description: "number of devices that got an ADE profile, automatically or after waiting for it" }),
    unreadable: z.int().meta({ description: "number of records that could not be read and were skipped" }),
    intervalMs: IntervalMs.nullable().meta({
      description: "interval at which a schedule repeats the sync, in milliseconds; null: the sync is not repeated",
    }),
    change: z
      .int()
      .nullable()
      .meta({ description: "number of the run's change; null if the run is not done or changed nothing" }),
    error: ProblemObject.nullable(),
  }),
);

/** The state of a tenant's connection with Apple's device enrolment. Does not contain secrets. */
const Ade = nameSchema(
  "Ade",
  z.object({
    endpoint: AdeEndpoint.nullable(),
    mirror: z
      .boolean()
      .meta({ description: "true: the tenant's data came from the console, so only a simulator may be contacted" }),
    server: AdeServer.nullable(),
    stagedKey: AdeKey.nullable().meta({ description: "key that was created, but has not opened a token yet" }),
    key: AdeKey.nullable(),
    token: z
      .object({
        expiresAt: Instant,
        setAt: Instant,
        setBy: z.string(),
        consumer: Sha256.meta({ description: "SHA-256 of the token's consumer key" }),
        simulated: z.boolean(),
        rejectedAt: Instant.nullable().meta({ description: "time when Apple first rejected the token" }),
        renewal: Id.nullable().meta({ description: "ID of the renewal item that has the token's expiry date" }),
      })
      .nullable(),
    lastFullAt: Instant.nullable(),
    lastSyncAt: Instant.nullable(),
    sync: AdeSync.nullable().meta({ description: "the last run of the sync" }),
    counts: DeviceCounts,
    waiting: WaitingDevices.nullable().meta({ description: "devices whose profile Apple has not accepted yet" }),
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

const EXAMPLE_ADE = {
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

const SerialNumberPage = z.object({ items: z.array(z.string()), next: z.string().nullable() });

export default {
  description: "Apple's device enrolment: ADE (Automated Device Enrollment)",
  routes: {
    show: get("/v1/ade", {
      id: "ade",
      summary: "Get the endpoint, server, keys, token and last sync",
      example: EXAMPLE_ADE,
      answer: jsonResponse(Ade, "The state of ADE in the tenant"),
    }),
    setEndpoint: put("/v1/ade/endpoint", {
      id: "setAdeEndpoint",
      summary: "Set the endpoint of Apple's services",
      body: z.strictObject({
        kind: z.enum(ENDPOINT_KINDS),
        url: z.url().max(2000).optional().meta({
          description: "URL of a simulator or another server; not needed for Apple, because its URL is known",
        }),
        startOver: z
          .boolean()
          .optional()
          .meta({ description: "true: delete the keys, token, devices and profiles of the former endpoint" }),
      }),
      example: EXAMPLE_ADE,
      answer: jsonResponse(Ade, "The state of ADE in the tenant"),
      fails: ["input-rejected", "unavailable"],
    }),
    createKeyPair: post("/v1/ade/keypair", {
      id: "createAdeKeyPair",
      summary: "Create a key pair for a server token, or return the certificate of the staged key pair again",
      body: z.strictObject({
        startOver: z.boolean().optional().meta({ description: "true: discard the staged key pair" }),
      }),
      example: { certificate: "-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----\n", created: true },
      answer: jsonResponse(
        z.object({
          certificate: z.string().meta({ description: "in PEM; Apple Business Manager accepts it as the public key" }),
          created: z.boolean(),
        }),
        "The certificate; its private key stays in the tenant",
      ),
      fails: ["not-permitted"],
    }),
    setToken: put("/v1/ade/token", {
      id: "setAdeToken",
      isLong: true,
      summary: "Set a server token",
      body: z.strictObject({
        ...namedFile,
        otherAdmin: z
          .boolean()
          .optional()
          .meta({ description: "true: accept a token that a different administrator downloaded" }),
        otherServer: z
          .boolean()
          .optional()
          .meta({ description: "true: accept a token of a different MDM server entry at Apple" }),
      }),
      example: { unchanged: false, ade: EXAMPLE_ADE },
      answer: jsonResponse(
        z.object({ unchanged: z.boolean(), ade: Ade }),
        "Whether the token was already set, and the state of ADE",
      ),
      fails: ["input-rejected", "not-permitted"],
    }),
    inspectToken: post("/v1/ade/token/inspect", {
      id: "inspectAdeToken",
      changes: false,
      summary: "Open a server token with the tenant's keys, without setting the token",
      body: z.strictObject({
        ...namedFile,
      }),
      example: {
        server: "SIMULATOR",
        expiresAt: "2027-04-01T00:00:00.000Z",
        key: "staged",
        inForce: false,
        sameAdmin: true,
        simulated: true,
      },
      answer: jsonResponse(
        z.object({
          server: z.string().nullable().meta({ description: "name of the server, taken from the file name" }),
          expiresAt: Instant,
          key: z.enum(["staged", "current", "former"]).meta({
            description:
              "the key that opened the token; former: the previous key, which is kept until a token of the current key has worked",
          }),
          inForce: z.boolean().meta({ description: "true: this file is the token that is set" }),
          sameAdmin: z.boolean().nullable().meta({
            description:
              "true: the same administrator downloaded this token and the token that is set; null if no token is set",
          }),
          simulated: z.boolean(),
        }),
        "Facts about the token, without secrets",
      ),
      fails: ["input-rejected", "not-permitted"],
    }),
    contact: post("/v1/ade/account", {
      id: "contactAde",
      isLong: true,
      changes: false,
      summary: "Ask Apple which MDM server and organisation the token belongs to",
      body: z.strictObject({}),
      example: {
        ade: EXAMPLE_ADE,
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
      answer: jsonResponse(
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
        "The account at Apple",
      ),
      fails: ["input-rejected", "not-permitted", "unavailable"],
    }),
    sync: post("/v1/ade/syncs", {
      id: "syncAde",
      summary: "Start a sync with Apple's device service, or resume a sync that was interrupted",
      body: z.strictObject({
        kind: z.enum(keysOf(SYNC_KINDS)).optional().meta({ description: "default: the kind that is due" }),
        most: z
          .strictObject({ count: z.int().min(0).optional(), percent: z.number().min(0).max(100).optional() })
          .optional()
          .meta({
            description:
              "maximum number of devices that the sync may release without confirmation; if both limits are given, both apply",
          }),
        intervalMs: IntervalMs.optional().meta({
          description: "interval at which a schedule repeats the sync, in milliseconds",
        }),
      }),
      example: EXAMPLE_SYNC,
      answer: jsonResponse(AdeSync, "The run, which is in progress"),
      status: 201,
      fails: ["input-rejected", "not-permitted", "locked"],
    }),
    findSync: get("/v1/ade/syncs/{id}", {
      id: "adeSync",
      summary: "Get a run of the sync",
      params: byId,
      example: EXAMPLE_SYNC,
      answer: jsonResponse(AdeSync, "The run"),
    }),
    syncChanges: get("/v1/ade/syncs/{id}/serials", {
      id: "adeSyncSerials",
      summary:
        "List the serial numbers of devices that a run created, released or found missing, or that became not ready since the previous run",
      params: byId,
      query: { which: z.enum(["created", "released", "missing", "not-ready"]) },
      example: { items: ["SERIAL000001"], next: null },
      answer: jsonResponse(SerialNumberPage, "At most 1,000 serial numbers; if there are more, `next` is not null"),
    }),
    unreadable: get("/v1/ade/syncs/{id}/unreadable", {
      id: "adeSyncUnreadable",
      summary: "List the records that a run could not read",
      params: byId,
      example: { items: [{ serialNumber: "SERIAL000001", place: "devices[0]", member: "op_date", isNew: true }] },
      answer: itemsResponse(UnreadableRecord, "At most 1,000 records, in the order in which they arrived"),
    }),
    release: post("/v1/ade/syncs/{id}/release", {
      id: "releaseAdeDevices",
      isLong: true,
      summary: "Confirm the release of devices that a full sync did not find",
      params: byId,
      body: z.strictObject({
        count: z.int().min(1).meta({ description: "number of these devices; any other number is rejected" }),
      }),
      example: EXAMPLE_SYNC,
      answer: jsonResponse(AdeSync, "The run"),
      fails: ["input-rejected", "conflict"],
    }),
    devices: get("/v1/ade/devices", {
      id: "adeDevices",
      summary: "List the devices in Apple's device service, page by page",
      query: {
        ...paging,
        search: z.string().optional().meta({ description: "text to find in any value of a device" }),
        state: z.enum(ADE_DEVICE_STATES).optional().meta({ description: "default: all devices except released ones" }),
        notReady: queryFlag.meta({
          description: "true: only devices whose profile state is neither assigned nor pushed",
        }),
      },
      answer: listResponse(
        AdeDevice,
        lineSchema(ADE_DEVICE.fields),
        "Devices in the order in which they were first seen",
      ),
    }),
    findDevices: get("/v1/ade/devices/find", {
      id: "findAdeDevices",
      summary: "Find devices in Apple's device service by serial number",
      query: byName,
      answer: itemsResponse(AdeDevice, "Devices with this serial number"),
    }),
  },
};

export type Ade = z.infer<typeof Ade>;
export type AdeSync = z.infer<typeof AdeSync>;
export type { AdeDeviceRecord } from "../model/ade-device.ts";
