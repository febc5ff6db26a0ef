import { z } from "zod";
import { ADE_PROFILE, ADE_PROFILE_SETTINGS } from "../model/ade-profile.ts";
import { ENDPOINT_KINDS } from "../model/ade.ts";
import { exampleId, exampleOf } from "../model/thing.ts";
import { get, items, json, post, put } from "./route.ts";
import { byId, DryRun, Id, Instant, named } from "./shapes.ts";
import { recordSchema, withExample } from "./thing-schema.ts";

const AdeProfile = named("AdeProfile", recordSchema(ADE_PROFILE.fields));

/** Rules of a setting are the tenant's to check; a missing one is that of another profile, else as the maker recommends. */
const settings = Object.fromEntries(
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

const Result = z.enum(["SUCCESS", "NOT_ACCESSIBLE", "FAILED", "THROTTLED"]);

/** What became of devices that were to get a profile, or to lose theirs. */
const AdeProfileWork = named(
  "AdeProfileWork",
  withExample(
    z.object({
      profile: AdeProfile.nullable(),
      endpoint: z.object({ kind: z.enum(ENDPOINT_KINDS), url: z.string() }),
      server: z.string().nullable().meta({ description: "the server's name at Apple, as it was seen last" }),
      devices: z.int().meta({ description: "devices that it is about" }),
      success: z.int(),
      notAccessible: z.int().meta({ description: "devices that are not the server's" }),
      failed: z.int(),
      throttled: z.int(),
      retryAt: Instant.nullable().meta({
        description: "when those that Apple did not take are tried again, by a sync",
      }),
      results: z.array(z.object({ serialNumber: z.string(), result: Result.nullable() })),
      dryRun: z.boolean(),
    }),
    () => ({
      profile: exampleOf(ADE_PROFILE.fields),
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

const confirming = {
  confirmDevices: z
    .int()
    .min(0)
    .optional()
    .meta({ description: "the number of devices, which must be it where the endpoint is no simulator" }),
  dryRun: DryRun,
};

/** A million serial numbers as Apple gives them, of up to 12 characters, take 15 MB. */
const SERIALS_MIB = 16;

const meaning = {
  serials: z.array(z.string().min(1).max(64)).min(1).max(1_000_000).optional(),
  org: Id.optional().meta({ description: "the id of an organisation: its devices, and those of the ones below it" }),
  unassigned: z.boolean().optional().meta({ description: "true: all devices without a profile" }),
};

const asks = ["input-rejected", "not-permitted", "not-found", "unavailable"] as const;

export default {
  description: "ADE profiles (ADE プロファイル)",
  routes: {
    list: get("/v1/profiles", {
      id: "adeProfiles",
      summary: "ADE profiles",
      answer: items(AdeProfile, "Profiles in the order of their creation"),
    }),
    create: post("/v1/profiles", {
      id: "createAdeProfile",
      summary: "Make an ADE profile at Apple",
      body: withExample(
        z.strictObject({
          ...settings,
          from: Id.optional().meta({ description: "another profile, whose settings it has where nothing is said" }),
          dryRun: DryRun,
        }),
        () => ({ name: "本社", url: "https://mdm.example.jp/enroll" }),
      ),
      example: { profile: exampleOf(ADE_PROFILE.fields), unknownItems: [], dryRun: false },
      answer: json(
        z.object({
          profile: AdeProfile,
          unknownItems: z
            .array(z.string())
            .meta({ description: "set-up items that Apple's list lacks, as far as known" }),
          dryRun: z.boolean(),
        }),
        "The profile",
      ),
      status: 201,
      fails: [...asks],
    }),
    unassign: post("/v1/profiles/unassign", {
      id: "unassignAdeProfile",
      summary: "Take their ADE profile away from devices",
      body: withExample(z.strictObject({ ...meaning, ...confirming }), () => ({ serials: ["SERIAL000001"] })),
      bodyMib: SERIALS_MIB,
      answer: json(AdeProfileWork, "What became of the devices"),
      fails: [...asks],
    }),
    automatic: put("/v1/profiles/automatic", {
      id: "setAutomaticAdeProfile",
      summary: "Say which ADE profile new devices of an organisation get; of the root, of the whole tenant",
      body: withExample(z.strictObject({ org: Id, profile: Id.nullable(), ...confirming }), () => ({
        org: exampleId(1),
        profile: exampleId(12),
      })),
      answer: json(AdeProfileWork, "The profile; no device was changed"),
      fails: [...asks],
    }),
    check: post("/v1/profiles/{id}/check", {
      id: "checkAdeProfile",
      changes: false,
      summary: "Ask Apple whether it still has an ADE profile",
      params: byId,
      body: z.strictObject({}),
      answer: json(AdeProfile, "The profile, disabled where Apple has it no more"),
      fails: [...asks],
    }),
    assign: post("/v1/profiles/{id}/assign", {
      id: "assignAdeProfile",
      summary: "Give devices an ADE profile",
      params: byId,
      body: withExample(z.strictObject({ ...meaning, ...confirming }), () => ({ serials: ["SERIAL000001"] })),
      bodyMib: SERIALS_MIB,
      answer: json(AdeProfileWork, "What became of the devices"),
      fails: [...asks],
    }),
    delete: post("/v1/profiles/{id}/delete", {
      id: "deleteAdeProfile",
      summary: "Take an ADE profile away from its devices, and forget it",
      params: byId,
      body: z.strictObject(confirming),
      answer: json(AdeProfileWork, "What became of the devices"),
      fails: [...asks],
    }),
  },
};

export type AdeProfile = z.infer<typeof AdeProfile>;
export type AdeProfileWork = z.infer<typeof AdeProfileWork>;
