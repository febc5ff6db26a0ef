import { DirectoryModel, type Refusal } from "./directory-model.ts";
import {
  hasChangedSince,
  toComparisonKey,
  type RecordChange,
  type ImportEffect,
  type ModelImport,
  type Values,
} from "./history-model.ts";

/** Returns true if a device can have an owner and its set-up can use the owner's account. */
const usesAccount = ({ platform, status, androidMode }: Values): boolean =>
  platform === "Android" && status !== "管理外" && androidMode !== "dedicated";

const getOwner = ({ ownerEmail = null, ownerOrg = null }: Values): Values[string] => ownerEmail ?? ownerOrg;

const createRejectedRefusal = (...about: readonly string[]): Refusal => ({ code: "input-rejected", about });

type Records = ReadonlyMap<number, Values>;

/** A model of devices, and of the users and groups of an app, which can be changed by hand and with files. */
export class ThingsModel extends DirectoryModel {
  /**
   * Returns the reasons why a device cannot be written.
   *
   * @param devices all devices at that time
   * @param record undefined for a new device
   */
  deviceRefusals(devices: Records, record: number | undefined, given: Values): readonly Refusal[] {
    const before = record === undefined ? undefined : devices.get(record);
    if (record !== undefined && before === undefined) return [{ code: "not-found", about: [] }];
    const after = { ...before, ...given };
    const others = [...devices].filter(([other]) => other !== record).map(([, device]) => device);
    const taken = others.some(
      ({ serialNumber }) =>
        toComparisonKey(serialNumber) === toComparisonKey(after["serialNumber"]) && given["serialNumber"] !== undefined,
    );
    return [
      ...this.#noOwner(given),
      ...(given["serialNumber"] === "" ? [createRejectedRefusal("シリアルナンバー", "空")] : []),
      ...(taken ? [createRejectedRefusal("シリアルナンバー", String(after["serialNumber"]))] : []),
      ...this.#breaches(before, after),
      ...this.#shared(before, after, others),
    ];
  }

  #noOwner({ ownerEmail = null, ownerOrg = null }: Values): readonly Refusal[] {
    const isThere =
      (ownerEmail === null || this.records.users.has(Number(ownerEmail))) &&
      (ownerOrg === null || this.records.orgs.has(Number(ownerOrg)));
    return isThere ? [] : [{ code: "not-found", about: [] }];
  }

  /** Returns refusals for the rules that a device breaks, regardless of the other devices. */
  #breaches(before: Values | undefined, after: Values): readonly Refusal[] {
    const { platform, status, androidMode = null, ownerEmail = null, ownerOrg = null } = after;
    const isNew = (before?.["ownerEmail"] ?? null) !== ownerEmail || (before?.["ownerOrg"] ?? null) !== ownerOrg;
    const isUnmanaged = isNew && status === "管理外" && (getOwner(after) !== null || before?.["status"] === "管理外");
    return [
      ...(ownerEmail !== null && ownerOrg !== null ? [createRejectedRefusal("どちらか 1 つ")] : []),
      ...(androidMode !== null && platform !== "Android"
        ? [createRejectedRefusal(String(after["serialNumber"]), "Android")]
        : []),
      ...(isUnmanaged ? [createRejectedRefusal(String(after["serialNumber"]), "管理外")] : []),
    ];
  }

  /**
   * Returns a refusal if this change would make two devices use the same account although one of them is Fully Managed.
   */
  #shared(before: Values | undefined, after: Values, others: readonly Values[]): readonly Refusal[] {
    const { ownerEmail: owner = null, androidMode = null, serialNumber } = after;
    if (owner === null || !usesAccount(after)) return [];
    const isSame =
      before !== undefined &&
      usesAccount(before) &&
      before["ownerEmail"] === owner &&
      (before["androidMode"] ?? null) === androidMode;
    const theirs = others.filter((device) => device["ownerEmail"] === owner && usesAccount(device));
    const isFull = (device: Values): boolean => device["androidMode"] === "fully-managed";
    return !isSame && (isFull(after) ? theirs.length > 0 : theirs.some(isFull))
      ? [createRejectedRefusal(String(serialNumber))]
      : [];
  }

  /** Returns true if a device must be wiped before its owner changes. */
  needsWipe(before: Values, after: Values): boolean {
    const was = getOwner(before);
    if (was === null || was === getOwner(after)) return false;
    return before["platform"] === "Android" && before["status"] !== "事前登録" && before["androidMode"] !== "dedicated";
  }

  /** Returns true if the tenant accepts the devices after an import without reporting problems. */
  takesDevices(after: Records): boolean {
    const all = [...after];
    return all.every(([record, device]) => {
      const before = this.records.devices.get(record);
      const others = all.filter(([other]) => other !== record).map(([, one]) => one);
      return this.#breaches(before, device).length === 0 && this.#shared(undefined, device, others).length === 0;
    });
  }

  /**
   * Returns the effect of undoing an import. Also returns undefined if two devices would use the same account although
   * one of them is Fully Managed, unless this was already so after the import.
   */
  override undo(done: ModelImport): ImportEffect | undefined {
    const undoing = super.undo(done);
    if (undoing === undefined) return undefined;
    const after = new Map(this.records.devices);
    const restored = new Map(undoing.did.map((did) => [did.record, did]));
    for (const { kind, record, after: values } of undoing.did) {
      if (kind !== "devices") continue;
      if (values === undefined) after.delete(record);
      else after.set(record, values);
    }
    const isSince = (record: number, device: Values): boolean => {
      const [did, then] = [restored.get(record), done.afterwards.devices.get(record)];
      if (did !== undefined && then === undefined) return false;
      const fields = ["ownerEmail", "platform", "status", "androidMode"].filter(
        (field) => did === undefined || (did.before?.[field] ?? null) === (did.after?.[field] ?? null),
      );
      return hasChangedSince(then, device, fields);
    };
    const isShared = ({ kind, record, after: device }: RecordChange): boolean => {
      const { ownerEmail: owner = null, androidMode = null } = device ?? {};
      if (kind !== "devices" || device === undefined || owner === null || !usesAccount(device)) return false;
      const now = this.records.devices.get(record);
      if (
        now !== undefined &&
        usesAccount(now) &&
        now["ownerEmail"] === owner &&
        (now["androidMode"] ?? null) === androidMode
      )
        return false;
      return [...after].some(
        ([other, values]) =>
          other !== record &&
          values["ownerEmail"] === owner &&
          usesAccount(values) &&
          [androidMode, values["androidMode"]].includes("fully-managed") &&
          isSince(other, values),
      );
    };
    return undoing.did.some(isShared) ? undefined : undoing;
  }

  /**
   * Returns the reasons why a user of the app cannot be written.
   *
   * @param record undefined for a new user
   */
  appRefusals(
    record: number | undefined,
    given: Values,
    { password, createGroups }: { readonly password: string | undefined; readonly createGroups: boolean },
  ): readonly Refusal[] {
    const before = record === undefined ? undefined : this.records.calendar.get(record);
    if (record !== undefined && before === undefined) return [{ code: "not-found", about: [] }];
    const { userId = null, displayName, groups = [] } = given;
    const isTaken = [...this.records.calendar.values()].some((user) => user["userId"] === userId);
    const unknown = (groups as readonly string[]).filter((name) => !this.groups.has(name));
    return [
      ...(record !== undefined && this.administrators.has(record) ? [createRejectedRefusal("管理者")] : []),
      ...(displayName === "" ? [createRejectedRefusal("表示名", "空")] : []),
      ...(isTaken ? [createRejectedRefusal("ユーザーID", String(userId))] : []),
      ...(record === undefined && password === undefined ? [createRejectedRefusal("パスワード")] : []),
      ...(password === "123" ? [createRejectedRefusal("パスワード")] : []),
      ...(createGroups ? [] : unknown.map((name) => createRejectedRefusal(name))),
    ];
  }

  /** Returns the app's users who are in a group. */
  membersOf(name: string): readonly number[] {
    const isIn = ({ groups = [] }: Values): boolean => (groups as readonly string[]).includes(name);
    return [...this.records.calendar].filter(([, user]) => isIn(user)).map(([record]) => record);
  }

  /**
   * Renames or deletes a group for all of its users.
   *
   * @param to the new name; undefined deletes the group
   */
  renameGroup(name: string, to: string | undefined): void {
    this.groups.delete(name);
    if (to !== undefined) this.groups.add(to);
    for (const record of this.membersOf(name)) {
      const { groups = [] } = this.records.calendar.get(record) ?? {};
      const others = (groups as readonly string[]).filter((one) => one !== name);
      this.write("calendar", record, { groups: [...others, ...(to === undefined ? [] : [to])].toSorted() });
    }
  }
}
