import { z } from "zod";
import { ADE_DEVICE } from "../model/ade-device.ts";
import { SYNC_KINDS } from "../model/ade.ts";
import { byName, paging, queryFlag } from "./queries.ts";
import { get, itemsResponse, jsonResponse, listResponse, post, put } from "./route.ts";
import { Id, Instant, namedFile, nameSchema, Sha256 } from "./shapes.ts";
import { lineSchema, recordSchema } from "./thing-schema.ts";

const KINDS = Object.keys(SYNC_KINDS) as [keyof typeof SYNC_KINDS, ...(keyof typeof SYNC_KINDS)[]];

const AdeDevice = nameSchema("AdeDevice", recordSchema(ADE_DEVICE.fields));

const UnreadableRecord = z.object({
  serialNumber: z.string().nullable().meta({ description: "null if the serial number itself could not be read" }),
  place: z.string().meta({ description: "position in Apple's response, such as devices[3]" }),
  member: z.string().meta({ description: "first member of the record that does not match Apple's documentation" }),
});

const AdeSync = nameSchema(
  "AdeSync",
  z.object({
    kind: z.enum(KINDS),
    devices: z.int().meta({ description: "number of devices on all pages, including repeated devices" }),
    created: z.int(),
    changed: z.int(),
    released: z.int().meta({ description: "number of devices that Apple no longer lists, and that were removed" }),
    missing: z.int().meta({
      description:
        "number of devices that a full fetch did not find, if they are more than permitted; nothing was changed then",
    }),
    registered: z
      .int()
      .meta({ description: "number of devices for which a 事前登録 record was created in the tenant" }),
    unreadable: z.array(UnreadableRecord).meta({ description: "at most 20 records that were skipped" }),
    change: z.int().nullable().meta({ description: "number of the change; null if nothing was changed" }),
  }),
);

/** The state of a tenant's connection with Apple's device enrolment. Does not contain secrets. */
const Ade = nameSchema(
  "Ade",
  z.object({
    endpoint: z.string().nullable(),
    mirror: z.boolean().meta({ description: "true: the tenant's data came from the console, and CLOMO has its keys" }),
    server: z
      .object({
        name: z.string(),
        uuid: z.string(),
        admin: z.string().nullable().meta({ description: "the Managed Apple Account that downloaded the token" }),
        organisation: z.string().nullable(),
      })
      .nullable(),
    key: z
      .object({ fingerprint: Sha256.meta({ description: "SHA-256 of the public key" }), createdAt: Instant })
      .nullable(),
    token: z
      .object({
        expiresAt: Instant,
        setAt: Instant,
        setBy: z.string(),
        rejectedAt: Instant.nullable().meta({ description: "time when Apple first rejected the token" }),
        renewal: Id.nullable().meta({ description: "ID of the renewal item that has the token's expiry date" }),
      })
      .nullable(),
    lastFullAt: Instant.nullable(),
    lastSyncAt: Instant.nullable(),
    devices: z.int(),
    notReady: z.int().meta({ description: "number of devices whose profile state is neither assigned nor pushed" }),
  }),
);

const EXAMPLE_ADE = {
  endpoint: "http://127.0.0.1:8080",
  mirror: false,
  server: {
    name: "Head office",
    uuid: "0123456789ABCDEF0123456789ABCDEF",
    admin: "admin@example.jp",
    organisation: "Example Inc.",
  },
  key: { fingerprint: "0".repeat(64), createdAt: "2026-04-01T00:00:00.000Z" },
  token: {
    expiresAt: "2027-04-01T00:00:00.000Z",
    setAt: "2026-04-01T00:00:00.000Z",
    setBy: "owner",
    rejectedAt: null,
    renewal: null,
  },
  lastFullAt: "2026-04-01T00:00:02.000Z",
  lastSyncAt: "2026-04-01T00:00:02.000Z",
  devices: 10,
  notReady: 10,
};

export default {
  description: "Apple's device enrolment: ADE (Automated Device Enrollment)",
  routes: {
    show: get("/v1/ade", {
      id: "ade",
      summary: "Get the endpoint, server, key, token and last sync",
      example: EXAMPLE_ADE,
      answer: jsonResponse(Ade, "The state of ADE in the tenant"),
    }),
    setEndpoint: put("/v1/ade/endpoint", {
      id: "setAdeEndpoint",
      summary: "Set the endpoint of Apple's services; the key, token and devices of another endpoint are deleted",
      body: z.strictObject({
        url: z.url().max(2000).optional().meta({ description: "default: Apple" }),
      }),
      example: EXAMPLE_ADE,
      answer: jsonResponse(Ade, "The state of ADE in the tenant"),
      fails: ["input-rejected", "not-permitted"],
    }),
    createKeyPair: post("/v1/ade/keypair", {
      id: "createAdeKeyPair",
      summary: "Get the public key for server tokens; it is created if there is none",
      body: z.strictObject({
        replace: z.boolean().optional().meta({ description: "true: create another key, and discard the existing one" }),
      }),
      example: { certificate: "-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----\n", created: true },
      answer: jsonResponse(
        z.object({
          certificate: z.string().meta({ description: "in PEM; Apple Business Manager accepts it as the public key" }),
          created: z.boolean(),
        }),
        "The certificate; its private key stays in the tenant",
      ),
      fails: ["input-rejected", "not-permitted"],
    }),
    setToken: put("/v1/ade/token", {
      id: "setAdeToken",
      isLong: true,
      summary: "Set a server token",
      body: z.strictObject(namedFile),
      example: { unchanged: false, ade: EXAMPLE_ADE },
      answer: jsonResponse(
        z.object({ unchanged: z.boolean(), ade: Ade }),
        "Whether the token was already set, and the state of ADE",
      ),
      fails: ["input-rejected", "not-permitted", "conflict"],
    }),
    sync: post("/v1/ade/sync", {
      id: "syncAde",
      isLong: true,
      summary: "Fetch the devices from Apple's device service, and apply them in one change",
      body: z.strictObject({
        kind: z.enum(KINDS).optional().meta({ description: "default: the kind that is due" }),
        confirmDeletions: z
          .int()
          .min(0)
          .optional()
          .meta({ description: "exact number of devices that a full sync removes" }),
        maxDeletions: z
          .strictObject({ count: z.int().min(0).optional(), percent: z.number().min(0).max(100).optional() })
          .optional()
          .meta({
            description: "maximum number of devices that a full sync removes; default: 5, or 5 % if that is more",
          }),
      }),
      example: {
        kind: "full",
        devices: 10,
        created: 10,
        changed: 0,
        released: 0,
        missing: 0,
        registered: 10,
        unreadable: [],
        change: 17,
      },
      answer: jsonResponse(AdeSync, "What the sync changed"),
      fails: ["input-rejected", "not-permitted", "conflict", "unavailable"],
    }),
    devices: get("/v1/ade/devices", {
      id: "adeDevices",
      summary: "List the devices of the last sync, page by page",
      query: {
        ...paging,
        search: z.string().optional().meta({ description: "text to find in any value of a device" }),
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
