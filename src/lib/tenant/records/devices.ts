import { line, step } from "../../advice/index.ts";
import type { Device } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { DEVICE, mayRequireWipe, describeWipeMismatch, ownerIdOf, RETURN_TAGS } from "../../model/device.ts";
import { comparisonKey, serialKey } from "../../model/normalise.ts";
import { ROOT_ORG_ID } from "../../model/organisation.ts";
import type { ManualValues } from "../../model/thing.ts";
import { judgeRecord } from "../../rules/index.ts";
import { throwFirstProblem } from "../../rules/rule.ts";
import { text, type Text } from "../../text/index.ts";
import type { Session, TaskFinder } from "../session.ts";
import { readDeviceState, DEVICE_LIST } from "./device-rows.ts";
import type { RequestKey } from "../store/idempotency.ts";
import { findRecords } from "../store/lists.ts";
import type { Reader, Writer } from "../store/store.ts";
import {
  addRecord,
  createRecord,
  editRecord,
  editRecords,
  editSingleRecord,
  getRecordById,
  toChangedObject,
  type CheckedChange,
  type ManualRequestBody,
  type EditableRecordType,
  type EditedRecord,
  type ChangeResult,
} from "./records.ts";

export const EDITABLE_DEVICES: EditableRecordType<typeof DEVICE.fields> = {
  list: DEVICE_LIST,
  collection: "devices",
  series: "devices",
  actions: "devices",
  orgs: (_, record) => [(record as Device).org?.id ?? ROOT_ORG_ID],
  reading: async (_, given, before) => ({ values: dropReturnTags(given, before as Device | undefined) }),
  check: checkDeviceRules,
};

/**
 * Creates a device. @throws Failure `input-rejected` if the serial number is already used or a rule is violated;
 * `not-found` if the owner does not exist
 */
export const createDevice = (
  session: Session,
  body: ManualRequestBody,
  once?: RequestKey,
): Promise<ChangeResult<Device>> => createRecord(session, EDITABLE_DEVICES, body, once);

export const editDevice = (session: Session, id: string, body: ManualRequestBody): Promise<ChangeResult<Device>> =>
  editRecord(session, EDITABLE_DEVICES, id, body);

export interface DeviceOwnerChange {
  readonly ids: readonly string[];
  readonly owner: string | null;
  readonly ownerOrg: string | null;
  /** the confirmed number of devices that must be wiped */
  readonly wipes?: number | undefined;
  readonly seen?: number | undefined;
  readonly dryRun?: boolean | undefined;
}

/**
 * Changes the owner of devices. Either all devices are changed or none.
 *
 * @throws Failure `input-rejected` if the number of devices to wipe differs from the confirmed number, or if a rule for
 * devices is violated; `conflict` if devices have changed since they were read
 */
export const changeDeviceOwners = (
  session: Session,
  { ids, owner, ownerOrg, wipes, seen, dryRun }: DeviceOwnerChange,
  once?: RequestKey,
): Promise<ChangeResult<Device>[]> => {
  const whole = (changed: readonly EditedRecord<Device>[]): void => requireConfirmedWipes(changed, { wipes, dryRun });
  return editRecords(
    session,
    EDITABLE_DEVICES,
    ids,
    { owner, ownerOrg, dryRun },
    { verb: "set-owner", whole, seen, once },
  );
};

/** Checks the confirmed number of wipes. A dry run need not confirm it.  @throws Failure `input-rejected` */
const requireConfirmedWipes = (
  changed: readonly EditedRecord<Device>[],
  { wipes, dryRun = false }: Pick<DeviceOwnerChange, "wipes" | "dryRun">,
): void => {
  const needed = changed.filter(({ before, after }) => mayRequireWipe(before, ownerIdOf(after))).length;
  if ((!dryRun || wipes !== undefined) && needed !== (wipes ?? 0)) throw createWipeMismatchFailure(needed, wipes ?? 0);
};

export interface DeviceReplacement extends Pick<DeviceOwnerChange, "wipes" | "seen" | "dryRun"> {
  readonly id: string;
  readonly serialNumber: string;
}

/**
 * Moves what belongs to the use of a device (its owner, telephone number, tags and memo) to another device, which is
 * created if there is none, and tags the old device as returned.
 *
 * @returns the new device, then the old one
 * @throws Failure `conflict` if the new device has an owner; `input-rejected` if it is the same device, or as
 * {@link changeDeviceOwners} does
 */
export const replaceDevice = (
  session: Session,
  { id, serialNumber, wipes, seen, dryRun = false }: DeviceReplacement,
  once?: RequestKey,
): Promise<ChangeResult<Device>[]> => {
  const answer = (pair: readonly ReplacedDevice[], taskOf: TaskFinder): Promise<ChangeResult<Device>[]> =>
    Promise.all(
      pair.map(async (one) => ({
        ...one,
        consoleTask: await taskOf(toChangedObject(EDITABLE_DEVICES, one.after)),
        dryRun,
      })),
    );
  const replay = async (reader: Reader, newId: string, taskOf: TaskFinder): Promise<ChangeResult<Device>[]> => {
    const pair = await Promise.all([newId, id].map((one) => getRecordById(reader, DEVICE_LIST, one)));
    return answer(
      pair.map((after) => ({ before: after, after })),
      taskOf,
    );
  };
  const change = { action: "devices.replace", locks: ["devices"], seen, dryRun, once: once && { ...once, replay } };
  return session.change(change, async (writer) => {
    const old = await getRecordById(writer, DEVICE_LIST, id);
    const next = (await findRecords(writer, DEVICE_LIST, serialNumber)).find(
      (one) => serialKey(one.serialNumber) === serialKey(serialNumber),
    );
    requireReplacement(old, next);
    const { edited: released } = await editSingleRecord(session, writer, EDITABLE_DEVICES, {
      id,
      given: RETURNED_VALUES,
    });
    const values = buildMovedValues(old, next);
    const made: ReplacedDevice =
      next === undefined
        ? {
            before: null,
            after: (await addRecord(session, writer, EDITABLE_DEVICES, { serialNumber, ...values })).after,
          }
        : (await editSingleRecord(session, writer, EDITABLE_DEVICES, { id: next.id, given: values })).edited;
    const pair = [made, released];
    return {
      result: (taskOf) => {
        requireConfirmedWipes([released], { wipes, dryRun });
        return answer(pair, taskOf);
      },
      objects: pair.map(({ after }) => toChangedObject(EDITABLE_DEVICES, after)),
      orgs: [old.org?.id ?? ROOT_ORG_ID, made.after.org?.id ?? ROOT_ORG_ID],
      before: { records: [next, old].filter((one) => one !== undefined) },
      after: { records: pair.map(({ after }) => after) },
    };
  });
};

/** A device before and after a replacement; `before` is null if the device was created. */
type ReplacedDevice = Pick<ChangeResult<Device>, "before" | "after">;

const RETURNED_VALUES = { owner: null, ownerOrg: null, phoneNumber: null, memo: null, tags: [RETURN_TAGS.returned] };

const buildMovedValues = (old: Device, next: Device | undefined): ManualValues => {
  const memos = [old.memo, next?.memo ?? null].filter((memo) => memo !== null);
  const [remove, add] = [Object.values(RETURN_TAGS), next?.tags ?? []];
  return {
    owner: old.owner?.id ?? null,
    ownerOrg: old.ownerOrg?.id ?? null,
    phoneNumber: old.phoneNumber ?? next?.phoneNumber ?? null,
    memo: memos.length === 0 ? null : [...new Set(memos)].join("\n"),
    tags: changeTags(changeTags(old.tags, { remove: [], add }), { remove, add: [] }),
  };
};

/** Checks that a device can take the place of another one.  @throws Failure `input-rejected`; `conflict` */
const requireReplacement = (old: Device, next: Device | undefined): void => {
  if (next?.id === old.id) {
    const { serialNumber } = old;
    throw createRejectedFailure(
      text(`${serialNumber} cannot replace itself`, `${serialNumber} を同じデバイスに交換することはできません`),
      text("specify the serial number of the new device", "新しいデバイスのシリアルナンバーを指定してください"),
    );
  }
  if (!isInUse(old)) throw createUnusedDeviceFailure(old);
  if (next === undefined) return;
  const { serialNumber, owner, ownerOrg } = next;
  if (owner === null && ownerOrg === null) return;
  const called = owner?.name ?? ownerOrg?.path ?? "";
  const free = line("devices set-owner", [serialNumber], { none: true });
  throw new Failure("conflict", {
    what: text(`${serialNumber} already belongs to ${called}`, `${serialNumber} の所有者は、すでに「${called}」です`),
    hint: text(
      `choose a device without an owner, or first remove the owner: ${free}`,
      `所有者のないデバイスを指定するか、先に所有者を外してください: ${free}`,
    ),
  });
};

const isInUse = ({ owner, ownerOrg, phoneNumber, memo, tags }: Device): boolean =>
  [owner, ownerOrg, phoneNumber, memo].some((value) => value !== null) ||
  changeTags(tags, { remove: Object.values(RETURN_TAGS), add: [] }).length > 0;

const createUnusedDeviceFailure = ({ serialNumber, tags }: Device): Failure => {
  const [en, ja] = tags.includes(RETURN_TAGS.returned)
    ? [" (it has been returned already)", "(すでに返却済みです)"]
    : ["", ""];
  const hint = step("to check the device", "デバイスを確認するには", line("devices show", [serialNumber]));
  return new Failure("input-rejected", {
    what: text(
      `${serialNumber} has no owner, telephone number, tags or memo that could be moved${en}; nothing was changed`,
      `${serialNumber} には、移す所有者・電話番号・タグ・メモがありません${ja}。何も変更していません`,
    ),
    hint,
  });
};

export interface TagChange {
  readonly ids: readonly string[];
  readonly add: readonly string[];
  readonly remove: readonly string[];
  readonly dryRun?: boolean | undefined;
}

/**
 * Adds tags to devices and removes others. If one device does not exist, no device is changed. @throws Failure
 * `not-found`
 */
export const tagDevices = (
  session: Session,
  { ids, add, remove, dryRun }: TagChange,
  once?: RequestKey,
): Promise<ChangeResult<Device>[]> => {
  const each = ({ tags }: Device) => ({ tags: changeTags(tags, { add, remove }) });
  return editRecords(session, EDITABLE_DEVICES, ids, { dryRun }, { verb: "tag", each, once });
};

/** Returns a device's tags without some tags and with others, each tag once. */
export const changeTags = (
  tags: readonly string[],
  { add, remove }: Pick<TagChange, "add" | "remove">,
): readonly string[] => {
  const key = (tag: string): string => comparisonKey("name", tag);
  const gone = new Set(remove.map(key));
  const kept = tags.filter((tag) => !gone.has(key(tag)));
  const known = new Set(kept.map(key));
  return [...kept, ...add.filter((tag) => !known.has(key(tag)))];
};

/**
 * Returns the values of a change without the tags that the former use of the device left: 回収待ち if the device changes
 * hands, and also 返却済み if it gets a new owner.
 */
const dropReturnTags = (given: ManualValues, before: Device | undefined): ManualValues => {
  if (before === undefined) return given;
  const { owner = ownerIdOf(before), ownerOrg = before.ownerOrg?.id ?? null, tags = before.tags } = given;
  if (owner === ownerIdOf(before) && ownerOrg === (before.ownerOrg?.id ?? null)) return given;
  const isFree = owner === null && ownerOrg === null;
  const remove = isFree ? [RETURN_TAGS.awaited] : Object.values(RETURN_TAGS);
  return { ...given, tags: changeTags(tags as readonly string[], { remove, add: [] }) };
};

const createRejectedFailure = (what: Text, hint: Text): Failure => new Failure("input-rejected", { what, hint });

const createWipeMismatchFailure = (needed: number, confirmed: number): Failure =>
  createRejectedFailure(
    describeWipeMismatch(needed, confirmed),
    text(`to confirm this number: --confirm-wipes ${needed}`, `この台数でよければ: --confirm-wipes ${needed}`),
  );

/** Checks the rules for devices before a device is written. @throws Failure `input-rejected` */
async function checkDeviceRules(writer: Writer, { pk, values }: CheckedChange): Promise<void> {
  const before = pk === undefined ? undefined : await readDeviceState(writer, pk);
  const given = Object.fromEntries([...values].filter(([, value]) => value !== undefined));
  throwFirstProblem(judgeRecord(DEVICE.name, { before, after: { ...BLANK_DEVICE_STATE, ...before, ...given } }));
}

const BLANK_DEVICE_STATE = { platform: null, status: null, androidMode: null, owner: null, ownerOrg: null };
