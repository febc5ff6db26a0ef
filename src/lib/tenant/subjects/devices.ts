import type { ListAnswers } from "../../csv/layout/map-parse.ts";
import { Failure } from "../../errors/index.ts";
import {
  DEVICE_ACTION,
  FIELDS_BY_ACTION,
  type DEVICE,
  type Device,
  type DeviceAction,
  mayRequireWipe,
  describeWipeMismatch,
  ownerIdOf,
  RETURN_TAGS,
} from "../../nouns/device.ts";
import { comparisonKey } from "../../model/normalise.ts";
import type { Field, Given, ManualValues } from "../../model/thing.ts";
import { text } from "../../text/index.ts";
import { keepAnswers } from "../plans/layouts.ts";
import type { Session } from "../ledger/session.ts";
import type { Writer } from "../store/types.ts";
import { DEVICE_ACTION_LIST, DEVICE_LIST } from "../ledger/device-rows.ts";
import { SINGLE_OWNER_RULE } from "../ledger/rules.ts";
import {
  addRecord,
  checkFieldValue,
  editRecords,
  getRecordById,
  type ManualRequestBody,
  type EditableRecordType,
  type EditedRecord,
  type ChangeResult,
} from "../ledger/records.ts";

export type WrittenDevice = ChangeResult<Device>;

export const EDITABLE_DEVICES: EditableRecordType<typeof DEVICE.fields> = {
  list: DEVICE_LIST,
  reading: async (_, given, before) => ({ values: removeReturnTags(given, before as Device | undefined) }),
};

export interface RecordsRequest {
  readonly ids: readonly string[];
  readonly dryRun?: boolean | undefined;
  readonly learns?: ListAnswers | undefined;
}

interface DeviceOwnerChange extends RecordsRequest {
  readonly owner: string | null;
  readonly ownerOrg: string | null;
  readonly wipes?: number | undefined;
}

export const changeDeviceOwners = (
  session: Session,
  { ids, owner, ownerOrg, wipes, dryRun, learns }: DeviceOwnerChange,
): Promise<ChangeResult<Device>[]> => {
  const whole = (changed: readonly EditedRecord<Device>[]): void => requireConfirmedWipes(changed, { wipes, dryRun });
  return editRecords(
    session,
    EDITABLE_DEVICES,
    ids,
    { owner, ownerOrg, dryRun },
    { verb: "set-owner", whole, ...keeping(session, learns) },
  );
};

const requireConfirmedWipes = (
  changed: readonly EditedRecord<Device>[],
  { wipes, dryRun = false }: Pick<DeviceOwnerChange, "wipes" | "dryRun">,
): void => {
  const needed = changed.filter(({ before, after }) => mayRequireWipe(before, ownerIdOf(after))).length;
  if ((dryRun && wipes === undefined) || needed === (wipes ?? 0)) return;
  throw new Failure("input-rejected", {
    what: describeWipeMismatch(needed, wipes ?? 0),
    hint: text(`to confirm this number: --confirm-wipes ${needed}`, `この台数でよければ: --confirm-wipes ${needed}`),
  });
};

type TagChange = Given<Record<"add" | "remove", readonly string[]>>;

const keeping = (session: Session, learns: ListAnswers | undefined) => ({
  keep: (writer: Writer) => keepAnswers(session, writer, "devices", learns),
});

export const tagDevices = (
  session: Session,
  { ids, add, remove, dryRun, learns }: RecordsRequest & TagChange,
): Promise<ChangeResult<Device>[]> => {
  const each = ({ tags }: Device) => ({ tags: changeTags(tags, { add, remove }) });
  return editRecords(session, EDITABLE_DEVICES, ids, { dryRun }, { verb: "tag", each, ...keeping(session, learns) });
};

export const changeTags = (tags: readonly string[], { add = [], remove = [] }: TagChange): readonly string[] => {
  const key = (tag: string): string => comparisonKey("name", tag);
  const gone = new Set(remove.map(key));
  const kept = tags.filter((tag) => !gone.has(key(tag)));
  const known = new Set(kept.map(key));
  return [...kept, ...add.filter((tag) => !known.has(key(tag)))];
};

/** If the owner changes, removes 回収待ち; if there is a new owner, also 返却済み. @throws Failure for two owners */
const removeReturnTags = (given: ManualValues, before: Device | undefined): ManualValues => {
  const [owned, ownedOrg] = [before?.owner?.id ?? null, before?.ownerOrg?.id ?? null];
  const { owner = owned, ownerOrg = ownedOrg, tags = before?.tags ?? [] } = given;
  if (owner !== null && ownerOrg !== null) throw new Failure("input-rejected", { what: SINGLE_OWNER_RULE });
  if (before === undefined || (owner === owned && ownerOrg === ownedOrg)) return given;
  const isFree = owner === null && ownerOrg === null;
  const remove = isFree ? [RETURN_TAGS.awaited] : Object.values(RETURN_TAGS);
  return { ...given, tags: changeTags(tags as readonly string[], { remove }) };
};

const EDITABLE_ACTIONS = { list: DEVICE_ACTION_LIST } as const;

export const recordDeviceAction = (
  session: Session,
  { ids, dryRun = false, ...given }: ManualRequestBody,
): Promise<ChangeResult<DeviceAction>[]> => {
  const check = (name: keyof typeof DEVICE_ACTION.fields): void =>
    checkFieldValue(name, { ...DEVICE_ACTION.fields[name], nullable: undefined, blank: false } as Field, given[name]);
  check("kind");
  FIELDS_BY_ACTION[given["kind"] as DeviceAction["kind"]]?.forEach(check);
  const change = { action: "devices.action", locks: ["devices", "device-actions"], dryRun, once: true } as const;
  return session.change(change, async (writer) => {
    const added = await Array.fromAsync(new Set(ids as readonly string[]), async (id) => {
      const { serialNumber } = await getRecordById(writer, DEVICE_LIST, id);
      return addRecord(session, writer, EDITABLE_ACTIONS, { ...given, serialNumber, by: session.actorName });
    });
    const objects = added.flatMap((one) => one.objects);
    const result = (consoleTask: number | null): ChangeResult<DeviceAction>[] =>
      added.map(({ after }) => ({ before: null, after, consoleTask, dryRun }));
    return { result, objects, after: { records: added.map(({ after }) => after) } };
  });
};
