import { line } from "../../advice/index.ts";
import type { DeviceResult } from "../../apple/service/service.ts";
import type { AdeProfile, AdeProfileWork } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import type { AdeEndpoint } from "../../model/ade.ts";
import { formatCount, text, type Text } from "../../text/index.ts";
import { getCurrentInstant } from "../ids.ts";
import type { Session } from "../session.ts";
import {
  readDueAutomatic,
  readDuePending,
  deletePendingAssignments,
  findOrgNumber,
  readProfiles,
  writeAutomaticProfile,
  findUnknownSerials,
  readSerialsWithoutProfile,
  readSerialsWithProfile,
  type ResolvedDeviceSelection,
} from "./profile-rows.ts";
import { countDevices } from "./device-rows.ts";
import { readServer } from "./server-rows.ts";
import type { Reader } from "../store/store.ts";
import type { AppleContact } from "./contact.ts";
import { CONSOLE_STEPS, requireAppleServer, type AppleAccess } from "./guard.ts";
import {
  isProfileGone,
  toProfileObject,
  getStoredProfile,
  requireActive,
  sendToService,
  sendInChunks,
  type SendResult,
} from "./sending.ts";

const ADE_LOCKS = ["ade"];

/**
 * The options of a request that changes devices at Apple: the confirmed number of devices, and whether it is a dry run.
 */
interface DeviceConfirmation {
  /**
   * confirmed number of devices; must equal the number of affected devices; required unless the endpoint is a simulator
   */
  readonly confirmDevices?: number | undefined;
  readonly dryRun?: boolean | undefined;
}

/** Devices that get a profile or lose their profile. */
interface PlannedAssignment {
  readonly profile: AdeProfile | null;
  readonly serials: readonly string[];
  /** number of devices to confirm if nothing is sent to Apple for these devices; otherwise undefined */
  readonly devices?: number | undefined;
}

/** A planned assignment with the endpoint and the MDM server that it is sent to. */
export interface PreparedAssignment extends PlannedAssignment {
  readonly endpoint: AdeEndpoint;
  readonly server: string | null;
}

/**
 * Determines what a request would change, before anything is sent.
 *
 * @throws Failure `input-rejected` if the number of devices is not confirmed and the endpoint is not a simulator; as
 * described for {@link requireAppleServer}
 */
export const prepareAssignment = <W extends PlannedAssignment>(
  session: Session,
  steps: Text,
  { confirmDevices, dryRun = false }: DeviceConfirmation,
  find: (reader: Reader) => Promise<W>,
): Promise<W & PreparedAssignment> =>
  session.read(async (reader) => {
    const { endpoint, server } = await requireAppleServer(reader, steps);
    const work = await find(reader);
    const count = work.devices ?? work.serials.length;
    if (!dryRun) requireConfirmation(endpoint, count, confirmDevices);
    return { ...work, endpoint, server: server.serverName };
  });

/** Checks that the user confirmed the number of affected devices. @throws Failure `input-rejected` */
const requireConfirmation = ({ kind, url }: AdeEndpoint, count: number, confirmed: number | undefined): void => {
  if (confirmed === count || (confirmed === undefined && (kind === "simulator" || count === 0))) return;
  throw new Failure("input-rejected", {
    what: text(
      `this changes ${formatCount(count, "device")} at ${url}${confirmed === undefined ? "" : `, not ${confirmed}`}; nothing was sent`,
      `${url} で変更されるデバイスは ${count} 台です${confirmed === undefined ? "" : `(${confirmed} 台ではありません)`}。何も送信していません`,
    ),
    where: "json.confirmDevices",
    hint: text(
      `check the devices with --dry-run, then add --confirm-devices ${count}`,
      `--dry-run で確認してから --confirm-devices ${count} を付けてください`,
    ),
  });
};

/** Converts the result of an assignment to the form of the tenant API. */
export const toAdeProfileWork = (
  { profile, serials, devices = serials.length, endpoint, server }: PreparedAssignment,
  { results, retryAt = null, dryRun }: Partial<SendResult> & { readonly dryRun: boolean },
): AdeProfileWork => {
  const all = [...(results ?? new Map<string, DeviceResult>())];
  const count = (which: DeviceResult): number => all.filter(([, result]) => result === which).length;
  return {
    profile,
    endpoint,
    server,
    devices,
    success: count("SUCCESS"),
    notAccessible: count("NOT_ACCESSIBLE"),
    failed: count("FAILED"),
    throttled: count("THROTTLED"),
    retryAt: all.some(([, result]) => result === "FAILED" || result === "THROTTLED") ? retryAt : null,
    results: dryRun
      ? serials.map((serialNumber) => ({ serialNumber, result: null }))
      : all.map(([serialNumber, result]) => ({ serialNumber, result })),
    dryRun,
  };
};

/** The devices that a request selects. Exactly one member is set. */
export interface DeviceSelection {
  readonly serials?: readonly string[] | undefined;
  readonly org?: string | undefined;
  readonly unassigned?: boolean | undefined;
}

/**
 * Resolves a device selection. @throws Failure `input-rejected` unless exactly one member is set; `not-found` for
 * `serials` and `org`
 */
const resolveDeviceSelection = async (
  reader: Reader,
  { serials, org, unassigned }: DeviceSelection,
): Promise<ResolvedDeviceSelection> => {
  if ([serials, org, unassigned === true || undefined].filter((one) => one !== undefined).length !== 1)
    throw SELECTION_FAILURE;
  if (serials !== undefined) {
    const unknown = await findUnknownSerials(reader, serials);
    if (unknown.length > 0) throw createUnknownSerialsFailure(unknown);
    return { by: "serials", serials: [...new Set(serials)] };
  }
  return org === undefined ? { by: "unassigned" } : { by: "org", org: await getOrgNumber(reader, org) };
};

const SELECTION_FAILURE = new Failure("input-rejected", {
  what: text(
    "select devices in exactly one way: by serial number, by organisation, or all devices without a profile",
    "デバイスは、シリアルナンバー、組織、プロファイルのないすべてのデバイスのうち、いずれか 1 つの方法で指定してください",
  ),
});

/** Maximum number of serial numbers that the failure lists. */
const MAX_LISTED_UNKNOWN_SERIALS = 10;

const createUnknownSerialsFailure = (serials: readonly string[]): Failure => {
  const named = [
    ...serials.slice(0, MAX_LISTED_UNKNOWN_SERIALS),
    ...(serials.length > MAX_LISTED_UNKNOWN_SERIALS ? ["…"] : []),
  ];
  return new Failure("not-found", {
    what: text(
      `Apple does not list these serial numbers (${serials.length}): ${named.join(", ")}; nothing was sent`,
      `Apple 側の一覧にないシリアルナンバーです(${serials.length} 件): ${named.join("、")}。何も送信していません`,
    ),
    hint: text(
      `assign the devices to the MDM server in Apple Business Manager (for a simulator: ${line("ade simulator do devices assign", [])}), then run: ${line("ade sync", [], { full: true })}`,
      `Apple Business Manager で MDM サーバに割り当てて(シミュレーターでは ${line("ade simulator do devices assign", [])})から ${line("ade sync", [], { full: true })} を実行してください`,
    ),
  });
};

/** Returns the record number of an organisation. @throws Failure `not-found` */
const getOrgNumber = async (reader: Reader, id: string): Promise<number> => {
  const pk = await findOrgNumber(reader, id);
  if (pk !== undefined) return pk;
  throw new Failure("not-found", {
    what: text(`no organisation has the ID "${id}"`, `ID が「${id}」の組織はありません`),
  });
};

/**
 * Assigns a profile to devices. Devices that already have the profile are skipped.
 *
 * @throws Failure `not-found`; `input-rejected` if the number of devices is not confirmed, or Apple no longer accepts
 * the profile; as described for {@link contactApple}
 */
export const assignProfile = async (
  session: Session,
  apple: AppleAccess,
  { id, confirmDevices, dryRun = false, ...meant }: DeviceSelection & DeviceConfirmation & { readonly id: string },
  signal?: AbortSignal,
): Promise<AdeProfileWork> => {
  const work = await prepareAssignment(session, CONSOLE_STEPS.profile, { confirmDevices, dryRun }, async (reader) => {
    const target = await getStoredProfile(reader, id);
    requireActive(target);
    const serials = await readSerialsWithoutProfile(
      reader,
      await resolveDeviceSelection(reader, meant),
      target.profile.uuid,
    );
    return { profile: target.profile, target, serials };
  });
  if (dryRun || work.serials.length === 0) return toAdeProfileWork(work, { dryRun });
  return toAdeProfileWork(work, { ...(await sendInChunks(session, apple, work, signal)), dryRun });
};

/** Removes the profile of each device. @throws Failure as described for {@link assignProfile} */
export const unassignProfile = async (
  session: Session,
  apple: AppleAccess,
  { confirmDevices, dryRun = false, ...meant }: DeviceSelection & DeviceConfirmation,
  signal?: AbortSignal,
): Promise<AdeProfileWork> => {
  const work = await prepareAssignment(session, CONSOLE_STEPS.profile, { confirmDevices, dryRun }, async (reader) => {
    const devices = await resolveDeviceSelection(reader, meant);
    return {
      profile: null,
      target: null,
      devicesMeant: devices,
      serials: await readSerialsWithProfile(reader, devices),
    };
  });
  if (!dryRun) await cancelPendingAssignments(session, work.devicesMeant);
  if (dryRun || work.serials.length === 0) return toAdeProfileWork(work, { dryRun });
  return toAdeProfileWork(work, { ...(await sendInChunks(session, apple, work, signal)), dryRun });
};

/** Cancels the pending assignments of devices that should not have a profile. */
const cancelPendingAssignments = (session: Session, meant: ResolvedDeviceSelection): Promise<void> =>
  session.change({ action: null, locks: ADE_LOCKS }, async (writer) => {
    await deletePendingAssignments(writer, meant);
    return { result: undefined, objects: [] };
  });

/** A request to set the automatic profile of an organisation. */
interface AutomaticAssignment extends DeviceConfirmation {
  readonly org: string;
  /** id of a profile; null if new devices should not get a profile automatically */
  readonly profile: string | null;
}

/**
 * Sets which profile new devices of an organisation get automatically. For the root organisation, the setting covers
 * the whole tenant. Existing devices do not change, but their number must be confirmed.
 *
 * @throws Failure `not-found`, `input-rejected`, as described for {@link requireAppleServer}
 */
export const setAutomaticProfile = async (
  session: Session,
  { org, profile: id, confirmDevices, dryRun = false }: AutomaticAssignment,
): Promise<AdeProfileWork> => {
  const find = async (reader: Reader) => {
    const target = id === null ? null : await getStoredProfile(reader, id);
    if (target !== null) requireActive(target);
    return {
      profile: target?.profile ?? null,
      target,
      pk: await getOrgNumber(reader, org),
      serials: [],
      devices: (await countDevices(reader)).present,
    };
  };
  const work = await prepareAssignment(session, CONSOLE_STEPS.profile, { confirmDevices, dryRun }, find);
  await session.change({ action: "ade.profiles.automatic", locks: ADE_LOCKS, dryRun }, async (writer) => {
    const { target, pk } = await find(writer);
    await writeAutomaticProfile(writer, pk, target?.pk ?? null);
    return {
      result: undefined,
      objects: target === null ? [{ thing: "ade", id: "ade", name: "ADE" }] : [toProfileObject(target.profile)],
      orgs: [org],
      detail: { org, profile: target?.profile.name ?? null },
    };
  });
  const shown = await session.read(find);
  return toAdeProfileWork({ ...work, profile: shown.profile }, { dryRun });
};

/**
 * Assigns automatic profiles to new devices, and retries assignments that Apple did not accept before and whose retry
 * is due. After an interruption, the next sync continues. If Apple has disabled a profile, the other profiles are still
 * assigned.
 *
 * @param done called after each profile with the number of devices that got the profile
 * @throws Failure in the same cases as the service
 */
export const assignDueProfiles = async (
  session: Session,
  contact: Pick<AppleContact, "service" | "account">,
  done: (assigned: number) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> => {
  const due = await session.read(async (reader) => {
    const now = getCurrentInstant(session.surroundings);
    const asked = await readDuePending(reader, now, false);
    const own = [
      await readDuePending(reader, now, true),
      await readDueAutomatic(reader, (await readServer(reader)).appliedUpTo),
    ];
    if ([asked, ...own].every(({ size }) => size === 0)) return [];
    const profiles = new Map((await readProfiles(reader)).map((one) => [one.pk, one]));
    const sendings = (found: ReadonlyMap<number, string[]>, automatic: boolean) =>
      [...found].flatMap(([pk, serials]) => {
        const target = profiles.get(pk);
        return target?.profile.state === "active" ? [{ target, serials, automatic }] : [];
      });
    return [...sendings(asked, false), ...own.flatMap((found) => sendings(found, true))];
  });
  for (const one of due) {
    try {
      const { results } = await sendToService(session, contact, one, signal);
      const assigned = [...results.values()].filter((result) => result === "SUCCESS").length;
      if (assigned > 0) await done(assigned);
    } catch (error) {
      if (!isProfileGone(error)) throw error;
    }
  }
};
