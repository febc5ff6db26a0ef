import { joinTexts, same, text, type Text } from "../../text/index.ts";
import { resourceOf, type ResourceName } from "../resources.ts";
import type { Manifest } from "./manifest.ts";

const ABSENCE_REASONS = {
  "not-permitted": text("not visible to the person who exported the bundle", "書き出した人に権限がないため"),
  "not-supported": text("not supported by the tenant", "テナントが対応していないため"),
  "not-chosen": text("not selected with --only", "--only で指定していないため"),
  "out-of-scope": text(
    "outside --scope, because it does not belong to an organisation",
    "組織ごとの情報ではなく、--scope の範囲外のため",
  ),
} as const satisfies Readonly<Record<string, Text>>;

export type AbsenceReason = keyof typeof ABSENCE_REASONS;

/** Whether a bundle contains a resource, even without records, or why it does not contain the resource. */
export type ResourcePresence = "present" | AbsenceReason;

type PresenceFields = Pick<Manifest, "only" | "resources">;

/** Returns whether a bundle contains a resource, or why it does not. */
export function presenceOf({ only, resources }: PresenceFields, name: ResourceName): ResourcePresence {
  const state = resources.find((entry) => entry.name === name)?.state ?? "not-supported";
  switch (state) {
    case "exported":
    case "empty":
      return "present";
    case "not-permitted":
    case "not-supported":
      return state;
    case "left-out":
      return only !== null && !only.includes(name) ? "not-chosen" : "out-of-scope";
  }
}

/** Returns why a bundle lacks a resource, with the option that decides this; undefined if it contains the resource. */
export function describeAbsence(manifest: PresenceFields, name: ResourceName): Text | undefined {
  const presence = presenceOf(manifest, name);
  return presence === "present" ? undefined : ABSENCE_REASONS[presence];
}

/** Describes which of the resources a bundle lacks, grouped by reason; undefined if it contains all of them. */
export function describeAbsentResources(manifest: PresenceFields, names: readonly ResourceName[]): Text | undefined {
  const absent = Map.groupBy(names, (name) => presenceOf(manifest, name));
  absent.delete("present");
  if (absent.size === 0) return undefined;
  const reasons = [...absent].map(([presence, of]) => {
    const titles = joinTexts(
      of.map((name) => resourceOf(name).title),
      text(", ", "、"),
    );
    const why = ABSENCE_REASONS[presence as AbsenceReason];
    return text(`${titles.en} (${why.en})`, `${titles.ja}(${why.ja})`);
  });
  return joinTexts(reasons, text("; ", "、"));
}

/**
 * Returns the fields of a resource that the exporting account could not see in at least some records. The fields are
 * null in these records.
 */
export const findHiddenFields = ({ resources }: Pick<Manifest, "resources">, name: ResourceName): readonly string[] => {
  const { leftOut = [] } = resources.find((entry) => entry.name === name) ?? {};
  return leftOut.filter((field) => Object.hasOwn(resourceOf(name).fields, field));
};

const describeHiddenFields = (manifest: PresenceFields, name: ResourceName): Text | undefined => {
  const { title, fields } = resourceOf(name);
  const labels = findHiddenFields(manifest, name).map((field) => fields[field]?.label ?? same(field));
  if (labels.length === 0) return undefined;
  const all = joinTexts(labels, text(", ", "、"));
  return text(
    `fields of ${title.en}: ${all.en} (not visible, at least in some records, to the person who exported the bundle)`,
    `${title.ja}の次の項目: ${all.ja}(書き出した人に権限がないため。一部のデータだけの場合を含む)`,
  );
};

/** Describes which resources and fields a bundle does not contain, and why; undefined if it contains all of them. */
export function describeMissingContent(manifest: PresenceFields): Text | undefined {
  const names = manifest.resources.map(({ name }) => name);
  const reasons = [
    describeAbsentResources(manifest, names),
    ...names.map((name) => describeHiddenFields(manifest, name)),
  ];
  const found = reasons.filter((reason) => reason !== undefined);
  const absent = found.length === 0 ? undefined : joinTexts(found, text("; ", "、"));
  return absent && text(`not in the bundle: ${absent.en}`, `含まれていないもの: ${absent.ja}`);
}
