import { joined, same, text, type Text } from "../../text/index.ts";
import { resourceOf, type ResourceName } from "../resources.ts";
import type { Manifest } from "./manifest.ts";

/** Reasons for which a bundle does not have a resource. */
const ABSENCES = {
  "not-permitted": text("whoever exported it may not see that", "書き出した人に権限がないため"),
  "not-supported": text("the tenant does not have it", "テナントが対応していないため"),
  "not-chosen": text("--only names others", "--only で指定していないため"),
  "out-of-scope": text(
    "not part of this scope, as it belongs to no organisation",
    "組織ごとの情報ではなく、--scope の範囲外のため",
  ),
  optional: text("exported with --audit only", "--audit を付けたときだけ書き出すため"),
} as const satisfies Readonly<Record<string, Text>>;

export type Absence = keyof typeof ABSENCES;

/** Whether a bundle has a resource, if only an empty one, or why not. */
export type Presence = "present" | Absence;

type PresenceFacts = Pick<Manifest, "only" | "scope" | "resources">;

/** Returns whether a bundle has a resource, or why not. */
export function presenceOf({ only, scope, resources }: PresenceFacts, name: ResourceName): Presence {
  const state = resources.find((entry) => entry.name === name)?.state ?? "not-supported";
  switch (state) {
    case "exported":
    case "empty":
      return "present";
    case "not-permitted":
    case "not-supported":
      return state;
    case "left-out":
      if (only !== null && !only.includes(name)) return "not-chosen";
      return scope === null ? "optional" : "out-of-scope";
  }
}

/** Returns why a bundle does not have a resource, with the option that decides it; undefined if it has the resource. */
export function whyAbsent(manifest: PresenceFacts, name: ResourceName): Text | undefined {
  const presence = presenceOf(manifest, name);
  return presence === "present" ? undefined : ABSENCES[presence];
}

/** Returns those of some resources that a bundle does not have, each reason once behind its resources; undefined if it has all. */
export function absentAmong(manifest: PresenceFacts, names: readonly ResourceName[]): Text | undefined {
  const absent = Map.groupBy(names, (name) => presenceOf(manifest, name));
  absent.delete("present");
  if (absent.size === 0) return undefined;
  const reasons = [...absent].map(([presence, of]) => {
    const titles = joined(
      of.map((name) => resourceOf(name).title),
      text(", ", "、"),
    );
    const why = ABSENCES[presence as Absence];
    return text(`${titles.en} (${why.en})`, `${titles.ja}(${why.ja})`);
  });
  return joined(reasons, text("; ", "、"));
}

/** Returns the fields of a resource that whoever exported a bundle may not see, or not in every record; there they are null. */
export const hiddenFields = ({ resources }: Pick<Manifest, "resources">, name: ResourceName): readonly string[] => {
  const { leftOut = [] } = resources.find((entry) => entry.name === name) ?? {};
  return leftOut.filter((field) => Object.hasOwn(resourceOf(name).fields, field));
};

/** Returns which fields of a resource a bundle lacks, and why; undefined if it lacks none. */
const hiddenWords = (manifest: PresenceFacts, name: ResourceName): Text | undefined => {
  const { title, fields } = resourceOf(name);
  const labels = hiddenFields(manifest, name).map((field) => fields[field]?.label ?? same(field));
  if (labels.length === 0) return undefined;
  const all = joined(labels, text(", ", "、"));
  return text(
    `of ${title.en}: ${all.en} (whoever exported it may not see that, or not all of it)`,
    `${title.ja}の次の項目: ${all.ja}(書き出した人に権限がないため。一部だけの場合を含む)`,
  );
};

/** Returns which resources and fields a bundle does not have, and why; undefined if it has all. */
export function missingFrom(manifest: PresenceFacts): Text | undefined {
  const names = manifest.resources.map(({ name }) => name);
  const reasons = [absentAmong(manifest, names), ...names.map((name) => hiddenWords(manifest, name))];
  const found = reasons.filter((reason) => reason !== undefined);
  const absent = found.length === 0 ? undefined : joined(found, text("; ", "、"));
  return absent && text(`not in the bundle: ${absent.en}`, `含まれていないもの: ${absent.ja}`);
}
