import { line } from "../../advice/index.ts";
import type { DeviceResult } from "../../apple/service/service.ts";
import type { AdeProfile, AdeProfileWork } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import type { AdeEndpoint } from "../../model/ade.ts";
import { counted, text, type Text } from "../../text/index.ts";
import { instant } from "../ids.ts";
import type { Session } from "../session.ts";
import {
  dueAutomatic,
  duePending,
  forgetPending,
  orgNumber,
  readProfiles,
  setAutomatic,
  unknownSerials,
  withoutProfile,
  withProfile,
  type DevicesMeant,
} from "./profile-rows.ts";
import { countDevices } from "./device-rows.ts";
import { readServer } from "./server-rows.ts";
import type { Reader } from "../store/store.ts";
import type { Contact } from "./contact.ts";
import { CONSOLE_STEPS, guardApple, type AppleAccess } from "./guard.ts";
import { isDisabled, objectOf, profileNamed, requireActive, sendBy, sendInChunks, type SendResult } from "./sending.ts";

const LOCKS = ["ade"];

/** What a request that concerns devices at Apple says besides. */
interface DeviceConfirmation {
  /** how many devices somebody confirmed; without a simulator it must be their number */
  readonly confirmDevices?: number | undefined;
  readonly dryRun?: boolean | undefined;
}

/** Devices that get a profile, or lose one. */
interface Work {
  readonly profile: AdeProfile | null;
  readonly serials: readonly string[];
  /** how many devices somebody has to confirm, where nothing is sent for them */
  readonly devices?: number | undefined;
}

/** The same, where it is done. */
export interface StartedWork extends Work {
  readonly endpoint: AdeEndpoint;
  readonly server: string | null;
}

/**
 * What a request comes to, before anything is sent.
 *
 * @throws Failure `input-rejected` where the devices are not confirmed and the endpoint is no simulator; as
 *   {@link guardApple}
 */
export const beginWork = <W extends Work>(
  session: Session,
  steps: Text,
  { confirmDevices, dryRun = false }: DeviceConfirmation,
  find: (reader: Reader) => Promise<W>,
): Promise<W & StartedWork> =>
  session.read(async (reader) => {
    const { endpoint, server } = await guardApple(reader, steps);
    const work = await find(reader);
    const count = work.devices ?? work.serials.length;
    if (!dryRun) requireConfirmed(endpoint, count, confirmDevices);
    return { ...work, endpoint, server: server.serverName };
  });

/** @throws Failure `input-rejected` */
const requireConfirmed = ({ kind, url }: AdeEndpoint, count: number, confirmed: number | undefined): void => {
  if (confirmed === count || (confirmed === undefined && (kind === "simulator" || count === 0))) return;
  throw new Failure("input-rejected", {
    what: text(
      `${counted(count, "device")} at ${url} would be changed${confirmed === undefined ? "" : `, not ${confirmed}`}; nothing was sent`,
      `${url} で変更されるデバイスは ${count} 台です${confirmed === undefined ? "" : `(${confirmed} 台ではありません)`}。何も送信していません`,
    ),
    where: "confirmDevices",
    hint: text(
      `look at them by --dry-run, then: --confirm-devices ${count}`,
      `--dry-run で確認してから --confirm-devices ${count} を付けてください`,
    ),
  });
};

/** As the tenant API has it. */
export const workOf = (
  { profile, serials, devices = serials.length, endpoint, server }: StartedWork,
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

/** Which devices a request means: one of these. */
export interface DeviceSelection {
  readonly serials?: readonly string[] | undefined;
  readonly org?: string | undefined;
  readonly unassigned?: boolean | undefined;
}

/** @throws Failure `input-rejected` unless one thing is said; `not-found` of serial numbers and organisations */
const meantBy = async (reader: Reader, { serials, org, unassigned }: DeviceSelection): Promise<DevicesMeant> => {
  if ([serials, org, unassigned === true || undefined].filter((one) => one !== undefined).length !== 1) throw SAY_ONE;
  if (serials !== undefined) {
    const unknown = await unknownSerials(reader, serials);
    if (unknown.length > 0) throw notAtApple(unknown);
    return { by: "serials", serials: [...new Set(serials)] };
  }
  return org === undefined ? { by: "unassigned" } : { by: "org", org: await orgOf(reader, org) };
};

const SAY_ONE = new Failure("input-rejected", {
  what: text(
    "name devices by serial number, by organisation, or all without a profile: one of these",
    "デバイスは、シリアルナンバー、組織、プロファイルのないすべて、のいずれか 1 つで指定してください",
  ),
});

/** Serial numbers that a refusal names. */
const MAX_NAMED = 10;

const notAtApple = (serials: readonly string[]): Failure => {
  const named = [...serials.slice(0, MAX_NAMED), ...(serials.length > MAX_NAMED ? ["…"] : [])];
  return new Failure("not-found", {
    what: text(
      `Apple told of no such device (${serials.length}): ${named.join(", ")}; nothing was sent`,
      `Apple 側にないデバイスです(${serials.length} 台): ${named.join("、")}。何も送信していません`,
    ),
    hint: text(
      `assign them to the server in Apple Business Manager (at a simulator: ${line("ade simulator do devices assign", [])}), then: ${line("ade sync", [], { full: true })}`,
      `Apple Business Manager で MDM サーバに割り当てて(シミュレーターでは ${line("ade simulator do devices assign", [])})から ${line("ade sync", [], { full: true })} を実行してください`,
    ),
  });
};

/** @throws Failure `not-found` */
const orgOf = async (reader: Reader, id: string): Promise<number> => {
  const pk = await orgNumber(reader, id);
  if (pk !== undefined) return pk;
  throw new Failure("not-found", { what: text(`no organisation ${id}`, `組織 ${id} はありません`) });
};

/**
 * Gives devices a profile; those that have it already are left out.
 *
 * @throws Failure `not-found`; `input-rejected` where devices are not confirmed, or Apple no longer takes the profile; as
 *   {@link contactApple}
 */
export const assignProfile = async (
  session: Session,
  apple: AppleAccess,
  { id, confirmDevices, dryRun = false, ...meant }: DeviceSelection & DeviceConfirmation & { readonly id: string },
  signal?: AbortSignal,
): Promise<AdeProfileWork> => {
  const work = await beginWork(session, CONSOLE_STEPS.profile, { confirmDevices, dryRun }, async (reader) => {
    const target = await profileNamed(reader, id);
    requireActive(target);
    const serials = await withoutProfile(reader, await meantBy(reader, meant), target.profile.uuid);
    return { profile: target.profile, target, serials };
  });
  if (dryRun || work.serials.length === 0) return workOf(work, { dryRun });
  return workOf(work, { ...(await sendInChunks(session, apple, work, signal)), dryRun });
};

/** Takes their profile away from devices. @throws Failure as {@link assignProfile} */
export const unassignProfile = async (
  session: Session,
  apple: AppleAccess,
  { confirmDevices, dryRun = false, ...meant }: DeviceSelection & DeviceConfirmation,
  signal?: AbortSignal,
): Promise<AdeProfileWork> => {
  const work = await beginWork(session, CONSOLE_STEPS.profile, { confirmDevices, dryRun }, async (reader) => {
    const devices = await meantBy(reader, meant);
    return { profile: null, target: null, devicesMeant: devices, serials: await withProfile(reader, devices) };
  });
  if (!dryRun) await forgetWaiting(session, work.devicesMeant);
  if (dryRun || work.serials.length === 0) return workOf(work, { dryRun });
  return workOf(work, { ...(await sendInChunks(session, apple, work, signal)), dryRun });
};

/** What waits to be given to devices that are to have no profile is given no more. */
const forgetWaiting = (session: Session, meant: DevicesMeant): Promise<void> =>
  session.change({ action: null, locks: LOCKS }, async (writer) => {
    await forgetPending(writer, meant);
    return { result: undefined, objects: [] };
  });

/** What is said of an automatic profile. */
interface AutomaticAssignment extends DeviceConfirmation {
  readonly org: string;
  /** null: none */
  readonly profile: string | null;
}

/**
 * Says which profile new devices of an organisation get; of the root, of the whole tenant. Devices that are there, whose
 * number is confirmed, stay as they are.
 *
 * @throws Failure `not-found`, `input-rejected`, as {@link guardApple}
 */
export const automaticProfile = async (
  session: Session,
  { org, profile: id, confirmDevices, dryRun = false }: AutomaticAssignment,
): Promise<AdeProfileWork> => {
  const find = async (reader: Reader) => {
    const target = id === null ? null : await profileNamed(reader, id);
    if (target !== null) requireActive(target);
    return {
      profile: target?.profile ?? null,
      target,
      pk: await orgOf(reader, org),
      serials: [],
      devices: (await countDevices(reader)).present,
    };
  };
  const work = await beginWork(session, CONSOLE_STEPS.profile, { confirmDevices, dryRun }, find);
  await session.change({ action: "ade.profiles.automatic", locks: LOCKS, dryRun }, async (writer) => {
    const { target, pk } = await find(writer);
    await setAutomatic(writer, pk, target?.pk ?? null);
    return {
      result: undefined,
      objects: target === null ? [{ thing: "ade", id: "ade", name: "ADE" }] : [objectOf(target.profile)],
      orgs: [org],
      detail: { org, profile: target?.profile.name ?? null },
    };
  });
  const shown = await session.read(find);
  return workOf({ ...work, profile: shown.profile }, { dryRun });
};

/**
 * Gives new devices the profile that they get by themselves, and tries those again that Apple did not take before and whose
 * time has come. Where this is cut off, the next sync goes on. A profile that Apple has disabled stops nobody else's.
 *
 * @param done is told how many devices got one, each time
 * @throws Failure as the service
 */
export const applyProfiles = async (
  session: Session,
  contact: Pick<Contact, "service" | "account">,
  done: (assigned: number) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> => {
  const due = await session.read(async (reader) => {
    const now = instant(session.surroundings);
    const asked = await duePending(reader, now, false);
    const own = [
      await duePending(reader, now, true),
      await dueAutomatic(reader, (await readServer(reader)).appliedUpTo),
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
      const { results } = await sendBy(session, contact, one, signal);
      const assigned = [...results.values()].filter((result) => result === "SUCCESS").length;
      if (assigned > 0) await done(assigned);
    } catch (error) {
      if (!isDisabled(error)) throw error;
    }
  }
};
