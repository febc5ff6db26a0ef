import type { HandoverEnd } from "../../../lib/client/index.ts";
import { pathOfResource, resourceOf, RESOURCE_NAMES } from "../../../lib/handover/resources.ts";
import { BUNDLE_SCHEMA_VERSION, type Manifest, type ManifestResource } from "../../../lib/handover/bundle/manifest.ts";
import type { WrittenParts } from "./parts.ts";

const buildManifestResources = ({ end, written }: WrittenParts): ManifestResource[] =>
  RESOURCE_NAMES.map((name) => ({
    name,
    records: end.records[name] ?? 0,
    sha256: written.get(pathOfResource(name))?.sha256 ?? null,
    leftOut: [...(resourceOf(name).leftOut ?? [])],
  }));

export const buildManifest = (
  parts: WrittenParts,
  {
    program,
    language,
    encoding,
    newline,
    asOf,
  }: {
    readonly program: string;
    readonly language: Manifest["language"];
    /** encoding of the CSV files; `utf-8-bom` if they begin with a BOM */
    readonly encoding: string;
    readonly newline: string;
    readonly asOf: string;
  },
): Manifest => {
  const { tenant, mirroredAt, administratorsKnown, lastUpdatedAt, auditHead, files }: HandoverEnd = parts.end;
  const others = [...parts.written.keys()].filter((path) => !path.startsWith("resources/"));
  return {
    schema: BUNDLE_SCHEMA_VERSION,
    program,
    tenant: { name: tenant, mirroredAt },
    asOf,
    lastUpdatedAt,
    auditHead,
    language,
    encoding,
    newline,
    ...(mirroredAt !== null && !administratorsKnown && ({ administratorsUnasked: true } as const)),
    resources: buildManifestResources(parts),
    files: others.map((path) => ({
      path,
      records: files[path] ?? null,
      ...(parts.inUtf8.has(path) && { encoding: "utf-8" }),
    })),
    gaps: [],
  };
};
