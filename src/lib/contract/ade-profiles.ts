import { z } from "zod";
import { ADE_PROFILE, ADE_PROFILE_SETTINGS } from "../model/ade-profile.ts";
import { ENDPOINT_KINDS } from "../model/ade.ts";
import { createExampleId, buildExampleRecord } from "../model/thing.ts";
import { get, itemsResponse, jsonResponse, post, put } from "./route.ts";
import { byId, DryRun, Id, Instant, nameSchema } from "./shapes.ts";
import { recordSchema, withExample } from "./thing-schema.ts";

const AdeProfile = nameSchema("AdeProfile", recordSchema(ADE_PROFILE.fields));

/**
 * The settings of a profile. The tenant validates their values. A missing setting is copied from another profile
 * (`from`); without such a profile, it has the value that CLOMO recommends.
 */
const profileSettings = Object.fromEntries(
  Object.entries(ADE_PROFILE_SETTINGS).map(([name, { type }]) => {
    const value = type === "boolean" ? z.boolean() : type === "texts" ? z.array(z.string()).max(200) : z.string();
    return [name, value.optional()];
  }),
) as {
  readonly [K in keyof typeof ADE_PROFILE_SETTINGS]: z.ZodOptional<
    (typeof ADE_PROFILE_SETTINGS)[K] extends { readonly type: "boolean" }
      ? z.ZodBoolean
      : (typeof ADE_PROFILE_SETTINGS)[K] extends { readonly type: "texts" }
        ? z.ZodArray<z.ZodString>
        : z.ZodString
  >;
};

const DeviceResult = z.enum(["SUCCESS", "NOT_ACCESSIBLE", "FAILED", "THROTTLED"]);

/** The results for devices to which a profile was assigned, or from which it was removed. */
const AdeProfileWork = nameSchema(
  "AdeProfileWork",
  withExample(
    z.object({
      profile: AdeProfile.nullable(),
      endpoint: z.object({ kind: z.enum(ENDPOINT_KINDS), url: z.string() }),
      server: z.string().nullable().meta({ description: "name of the server at Apple, as last seen" }),
      devices: z.int().meta({ description: "number of devices that the request concerns" }),
      success: z.int(),
      notAccessible: z.int().meta({ description: "number of devices that do not belong to this server at Apple" }),
      failed: z.int(),
      throttled: z.int(),
      retryAt: Instant.nullable().meta({
        description: "time from which a sync retries the devices that Apple did not accept",
      }),
      results: z.array(z.object({ serialNumber: z.string(), result: DeviceResult.nullable() })),
      dryRun: z.boolean(),
    }),
    () => ({
      profile: buildExampleRecord(ADE_PROFILE.fields),
      endpoint: { kind: "simulator", url: "http://127.0.0.1:8080" },
      server: "SIMULATOR",
      devices: 1,
      success: 1,
      notAccessible: 0,
      failed: 0,
      throttled: 0,
      retryAt: null,
      results: [{ serialNumber: "SERIAL000001", result: "SUCCESS" }],
      dryRun: false,
    }),
  ),
);

const confirmationMembers = {
  confirmDevices: z.int().min(0).optional().meta({
    description:
      "number of devices that the caller expects; required unless the endpoint is a simulator; any other number is rejected",
  }),
  dryRun: DryRun,
};

/** Maximum size of a request. A million serial numbers of up to 12 characters (the length of Apple's) take 15 MB. */
const MAX_SERIALS_KIB = 16 * 1024;

const deviceSelection = {
  serials: z.array(z.string().min(1).max(64)).min(1).max(1_000_000).optional(),
  org: Id.optional().meta({
    description: "ID of an organisation: selects its devices and the devices of all organisations below it",
  }),
  unassigned: z.boolean().optional().meta({ description: "true: selects all devices without a profile" }),
};

const APPLE_REQUEST_FAILURES = ["input-rejected", "not-permitted", "not-found", "unavailable"] as const;

export default {
  description: "ADE profiles (ADE プロファイル)",
  routes: {
    list: get("/v1/profiles", {
      id: "adeProfiles",
      summary: "List ADE profiles",
      answer: itemsResponse(AdeProfile, "Profiles in the order of their creation"),
    }),
    create: post("/v1/profiles", {
      id: "createAdeProfile",
      summary: "Create an ADE profile at Apple",
      body: withExample(
        z.strictObject({
          ...profileSettings,
          from: Id.optional().meta({
            description: "ID of another profile, from which settings that are not specified are copied",
          }),
          dryRun: DryRun,
        }),
        () => ({ name: "本社", url: "https://mdm.example.jp/enroll" }),
      ),
      example: { profile: buildExampleRecord(ADE_PROFILE.fields), unknownItems: [], dryRun: false },
      answer: jsonResponse(
        z.object({
          profile: AdeProfile,
          unknownItems: z
            .array(z.string())
            .meta({ description: "setup items that clomoctl does not know; they are sent to Apple unchanged" }),
          dryRun: z.boolean(),
        }),
        "The profile",
      ),
      status: 201,
      fails: [...APPLE_REQUEST_FAILURES],
    }),
    unassign: post("/v1/profiles/unassign", {
      id: "unassignAdeProfile",
      isLong: true,
      summary: "Remove the ADE profile from devices",
      body: withExample(z.strictObject({ ...deviceSelection, ...confirmationMembers }), () => ({
        serials: ["SERIAL000001"],
      })),
      bodyKib: MAX_SERIALS_KIB,
      answer: jsonResponse(AdeProfileWork, "The results for the devices"),
      fails: [...APPLE_REQUEST_FAILURES],
    }),
    automatic: put("/v1/profiles/automatic", {
      id: "setAutomaticAdeProfile",
      summary:
        "Set the ADE profile that new devices of an organisation get; for the root organisation, the profile for the whole tenant",
      body: withExample(z.strictObject({ org: Id, profile: Id.nullable(), ...confirmationMembers }), () => ({
        org: createExampleId(1),
        profile: createExampleId(12),
      })),
      answer: jsonResponse(AdeProfileWork, "The profile; no device is changed"),
      fails: [...APPLE_REQUEST_FAILURES],
    }),
    check: post("/v1/profiles/{id}/check", {
      id: "checkAdeProfile",
      isLong: true,
      changes: false,
      summary: "Ask Apple whether an ADE profile still exists",
      params: byId,
      body: z.strictObject({}),
      answer: jsonResponse(AdeProfile, "The profile; disabled if Apple no longer has it"),
      fails: [...APPLE_REQUEST_FAILURES],
    }),
    assign: post("/v1/profiles/{id}/assign", {
      id: "assignAdeProfile",
      isLong: true,
      summary: "Assign an ADE profile to devices",
      params: byId,
      body: withExample(z.strictObject({ ...deviceSelection, ...confirmationMembers }), () => ({
        serials: ["SERIAL000001"],
      })),
      bodyKib: MAX_SERIALS_KIB,
      answer: jsonResponse(AdeProfileWork, "The results for the devices"),
      fails: [...APPLE_REQUEST_FAILURES],
    }),
    delete: post("/v1/profiles/{id}/delete", {
      id: "deleteAdeProfile",
      isLong: true,
      summary: "Remove an ADE profile from its devices, then delete the profile in clomoctl",
      params: byId,
      body: z.strictObject(confirmationMembers),
      answer: jsonResponse(AdeProfileWork, "The results for the devices"),
      fails: [...APPLE_REQUEST_FAILURES],
    }),
  },
};

export type AdeProfile = z.infer<typeof AdeProfile>;
export type AdeProfileWork = z.infer<typeof AdeProfileWork>;
