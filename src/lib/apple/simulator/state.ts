import { z } from "zod";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import type { StreamChange } from "./devices/changes.ts";
import type { FleetState } from "./devices/fleet.ts";
import { FAULTS, type SimulatedFault } from "./faults.ts";
import type { BusinessKey } from "./portals/business.ts";
import type { PushPortalState } from "./portals/push-portal.ts";
import type { ReplacedToken, Server, ServerToken } from "./portals/tokens.ts";
import type { VppState } from "./portals/vpp.ts";
import type { Profile } from "./service/profiles.ts";

const time = z.number().int().min(0).max(8_640_000_000_000_000);
const count = z.number().int().min(0);

const device = z.strictObject({
  server: z.number().int().min(-2),
  assignedAt: time,
  status: z.enum(["empty", "assigned", "pushed", "removed"]),
  profile: z.string().optional(),
  profileAt: time.optional(),
  pushedAt: time.optional(),
  changedAt: time,
  addedAt: time,
  hardware: count.optional(),
});

const change = z.strictObject({
  server: count,
  place: count,
  operation: z.enum(["added", "modified", "deleted"]),
  at: time,
  loggedAt: time,
});

const serverToken = z.strictObject({
  server: count,
  admin: z.string(),
  consumerKey: z.string(),
  consumerSecret: z.string(),
  accessToken: z.string(),
  accessSecret: z.string(),
  expiresAt: time,
});

/** A fault as it is kept, and asked for. */
export const faultShape = z.strictObject({
  fault: z.enum(FAULTS),
  count: z.number().int().min(1).optional(),
  path: z.string().startsWith("/").optional(),
  after: count,
  seconds: z.number().int().min(0).max(86_400).optional(),
  serials: z.array(z.string()).optional(),
});

/** Which MDM holds a location. */
export const holderShape = z.strictObject({ id: z.string(), name: z.string(), metadata: z.string() });

const shape = z.strictObject({
  simulator: z.literal("clomoctl"),
  version: z.literal(1),
  seed: z.string(),
  aheadMs: count,
  rotateEvery: count,
  servers: z.array(z.strictObject({ name: z.string(), uuid: z.string(), createdAt: time })).min(1),
  tokens: z.strictObject({
    current: z.array(serverToken),
    replaced: z.array(z.strictObject({ consumerKey: z.string(), accessToken: z.string() })),
  }),
  fleet: z.strictObject({
    first: count,
    startedAt: time,
    places: count,
    named: z.array(z.tuple([count, z.string()])),
    changed: z.array(z.tuple([count, device])),
  }),
  changes: z.strictObject({ first: count, entries: z.array(change) }),
  profiles: z.array(
    z.strictObject({
      uuid: z.string(),
      server: count,
      body: z.record(z.string(), z.unknown()),
      disabled: z.boolean(),
    }),
  ),
  faults: z.array(faultShape),
  push: z.strictObject({
    authority: z.strictObject({ privateKey: z.string(), certificate: z.string() }).optional(),
    certificates: z.array(z.strictObject({ serial: z.string(), topic: z.string() })),
  }),
  vpp: z.strictObject({
    tokens: z.array(z.strictObject({ bearer: z.string(), location: z.string(), uId: z.string(), expiresAt: time })),
    holders: z.array(z.tuple([z.string(), holderShape])),
  }),
  business: z.array(z.strictObject({ clientId: z.string(), keyId: z.string(), publicKey: z.string() })),
});

/** All that a simulator must remember to go on where it was; what it derives from its seed is not in it. It has secrets. */
export interface SimulatorState {
  readonly simulator: "clomoctl";
  readonly version: 1;
  readonly seed: string;
  /** what its clock is ahead of the real one, in milliseconds */
  readonly aheadMs: number;
  readonly rotateEvery: number;
  readonly servers: readonly Server[];
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
 * @param where the file, for the failure
 * @throws Failure `input-rejected` where it is something else, broken or of a newer program
 */
export function readState(saved: string, where: string): SimulatorState {
  const read = shape.safeParse(parsed(saved));
  if (read.success) return read.data;
  const place = read.error.issues[0]?.path.join(".") ?? "";
  throw new Failure("input-rejected", {
    what: text(
      `not the state of a simulator, or broken${place === "" ? "" : `: ${place}`}`,
      `シミュレーターの状態ファイルではないか、壊れています${place === "" ? "" : `: ${place}`}`,
    ),
    where,
    hint: text("name another file with --state", "--state で別のファイルを指定してください"),
  });
}

function parsed(saved: string): unknown {
  try {
    return JSON.parse(saved);
  } catch {
    return undefined;
  }
}
