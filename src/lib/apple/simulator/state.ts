import { z } from "zod";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import type { StreamChange } from "./devices/changes.ts";
import type { FleetState } from "./devices/fleet.ts";
import { FAULT_NAMES, type SimulatedFault } from "./faults.ts";
import type { BusinessKey } from "./portals/business.ts";
import type { PushPortalState } from "./portals/push-portal.ts";
import type { ReplacedToken, SimulatedMdmServer, ServerToken } from "./portals/tokens.ts";
import type { VppState } from "./portals/vpp.ts";
import type { Profile } from "./service/profiles.ts";

const timeSchema = z.number().int().min(0).max(8_640_000_000_000_000);
const countSchema = z.number().int().min(0);

const deviceSchema = z.strictObject({
  server: z.number().int().min(-2),
  assignedAt: timeSchema,
  status: z.enum(["empty", "assigned", "pushed", "removed"]),
  profile: z.string().optional(),
  profileAt: timeSchema.optional(),
  pushedAt: timeSchema.optional(),
  changedAt: timeSchema,
  addedAt: timeSchema,
  hardware: countSchema.optional(),
});

const changeSchema = z.strictObject({
  server: countSchema,
  place: countSchema,
  operation: z.enum(["added", "modified", "deleted"]),
  at: timeSchema,
  loggedAt: timeSchema,
});

const serverTokenSchema = z.strictObject({
  server: countSchema,
  admin: z.string(),
  consumerKey: z.string(),
  consumerSecret: z.string(),
  accessToken: z.string(),
  accessSecret: z.string(),
  expiresAt: timeSchema,
});

/** A fault, as it is saved and as a request specifies it. */
export const faultSchema = z.strictObject({
  fault: z.enum(FAULT_NAMES),
  count: z.number().int().min(1).optional(),
  path: z.string().startsWith("/").optional(),
  after: countSchema,
  seconds: z.number().int().min(0).max(86_400).optional(),
  serials: z.array(z.string()).optional(),
});

/** The MDM that holds a location. */
export const locationHolderSchema = z.strictObject({ id: z.string(), name: z.string(), metadata: z.string() });

const stateSchema = z.strictObject({
  simulator: z.literal("clomoctl"),
  version: z.literal(1),
  seed: z.string(),
  aheadMs: countSchema,
  rotateEvery: countSchema,
  servers: z.array(z.strictObject({ name: z.string(), uuid: z.string(), createdAt: timeSchema })).min(1),
  tokens: z.strictObject({
    current: z.array(serverTokenSchema),
    replaced: z.array(z.strictObject({ consumerKey: z.string(), accessToken: z.string() })),
  }),
  fleet: z.strictObject({
    first: countSchema,
    startedAt: timeSchema,
    places: countSchema,
    named: z.array(z.tuple([countSchema, z.string()])),
    changed: z.array(z.tuple([countSchema, deviceSchema])),
  }),
  changes: z.strictObject({ first: countSchema, entries: z.array(changeSchema) }),
  profiles: z.array(
    z.strictObject({
      uuid: z.string(),
      server: countSchema,
      body: z.record(z.string(), z.unknown()),
      disabled: z.boolean(),
    }),
  ),
  faults: z.array(faultSchema),
  push: z.strictObject({
    authority: z.strictObject({ privateKey: z.string(), certificate: z.string() }).optional(),
    certificates: z.array(z.strictObject({ serial: z.string(), topic: z.string() })),
  }),
  vpp: z.strictObject({
    tokens: z.array(
      z.strictObject({ bearer: z.string(), location: z.string(), uId: z.string(), expiresAt: timeSchema }),
    ),
    holders: z.array(z.tuple([z.string(), locationHolderSchema])),
  }),
  business: z.array(z.strictObject({ clientId: z.string(), keyId: z.string(), publicKey: z.string() })),
});

/** The state that a simulator needs to continue later, without values derived from its seed. Contains secrets. */
export interface SimulatorState {
  readonly simulator: "clomoctl";
  readonly version: 1;
  readonly seed: string;
  /** how far the simulator's clock is ahead of the real time, in milliseconds */
  readonly aheadMs: number;
  readonly rotateEvery: number;
  readonly servers: readonly SimulatedMdmServer[];
  readonly tokens: { readonly current: readonly ServerToken[]; readonly replaced: readonly ReplacedToken[] };
  readonly fleet: FleetState;
  readonly changes: { readonly first: number; readonly entries: readonly StreamChange[] };
  readonly profiles: readonly Profile[];
  readonly faults: readonly SimulatedFault[];
  readonly push: PushPortalState;
  readonly vpp: VppState;
  readonly business: readonly BusinessKey[];
}

/**
 * Reads a state that was saved as JSON.
 *
 * @param where path of the file, for the failure
 * @throws Failure `input-rejected` if the text is not a simulator state, is damaged, or was saved by a newer program
 */
export function readState(saved: string, where: string): SimulatorState {
  const read = stateSchema.safeParse(tryParseJson(saved));
  if (read.success) return read.data;
  const place = read.error.issues[0]?.path.join(".") ?? "";
  throw new Failure("input-rejected", {
    what: text(
      `not a simulator state file, or damaged${place === "" ? "" : `: ${place}`}`,
      `シミュレーターの状態ファイルではないか、壊れています${place === "" ? "" : `: ${place}`}`,
    ),
    where,
    hint: text("pass another file with --state", "--state で別のファイルを指定してください"),
  });
}

function tryParseJson(saved: string): unknown {
  try {
    return JSON.parse(saved);
  } catch {
    return undefined;
  }
}
