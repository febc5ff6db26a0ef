import { joined, text, type Text } from "../../text/index.ts";
import { resourceOf } from "../resources.ts";
import type { Manifest, ManifestResource } from "./manifest.ts";

/** Why a bundle does not have a resource, with the option that decides it; undefined of one that it has, if only empty. */
export function whyMissing(
  { only, scope }: Pick<Manifest, "only" | "scope">,
  { name, state }: Pick<ManifestResource, "name" | "state">,
): Text | undefined {
  switch (state) {
    case "exported":
    case "empty":
      return undefined;
    case "not-permitted":
      return text("whoever exported it may not see that", "書き出した人に権限がないため");
    case "not-supported":
      return text("the tenant does not have it", "テナントが対応していないため");
    case "left-out":
      if (only !== null && !only.includes(name)) return text("--only names others", "--only で指定していないため");
      if (scope !== null)
        return text("of no organisation, so not with --scope", "組織ごとの情報ではなく、--scope の対象外のため");
      return text("exported with --audit only", "--audit を付けたときだけ書き出すため");
  }
}

/** Which resources a bundle does not have, and why; undefined where it has all. */
export function missingFrom(manifest: Pick<Manifest, "only" | "scope" | "resources">): Text | undefined {
  const reasons = new Map<string, { readonly why: Text; readonly titles: Text[] }>();
  for (const entry of manifest.resources) {
    const why = whyMissing(manifest, entry);
    if (why === undefined) continue;
    const { titles } = reasons.get(why.en) ?? { titles: [] };
    reasons.set(why.en, { why, titles: [...titles, resourceOf(entry.name).title] });
  }
  if (reasons.size === 0) return undefined;
  const { en, ja } = joined(
    [...reasons.values()].map(({ why, titles }) => {
      const names = joined(titles, text(", ", "、"));
      return text(`${names.en} (${why.en})`, `${names.ja}(${why.ja})`);
    }),
    text("; ", "、"),
  );
  return text(`not in the bundle: ${en}`, `含まれていないもの: ${ja}`);
}
