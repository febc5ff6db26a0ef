import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ComponentType, ExternalReferenceType, HashAlgorithm } from "@cyclonedx/cyclonedx-library/Enums";
import {
  Bom,
  Component,
  ExternalReference,
  ExternalReferenceRepository,
  HashDictionary,
  LicenseExpression,
  LicenseRepository,
  Metadata,
  SpdxLicense,
} from "@cyclonedx/cyclonedx-library/Models";
import { JSON as CycloneDxJson, JsonSerializer } from "@cyclonedx/cyclonedx-library/Serialize";
import { isSupportedSpdxId } from "@cyclonedx/cyclonedx-library/SPDX";
import { Spec1dot6 } from "@cyclonedx/cyclonedx-library/Spec";
import { findBundledPackages, type BundledPackage } from "../bundled-packages.ts";
import { getLockedPackage, readLockfile } from "./lockfile.ts";
import type { Platform } from "./platforms.ts";

/** An npm package as listed in the SBOM. */
export interface SbomPackage extends Omit<BundledPackage, "folder"> {
  /** hash of its `.tgz` in npm's format; undefined if the lockfile does not contain it */
  readonly integrity?: string | undefined;
}

/** The program and the contents of its archives. */
export interface SbomContent {
  readonly program: SbomPackage;
  /** packages whose files are in the bundle */
  readonly libraries: readonly SbomPackage[];
  /** packages of the Node programs in the archives */
  readonly nodes: readonly SbomPackage[];
  /** seconds since 1970 */
  readonly seconds: number;
}

/** The sources and imports of each file that a build created. */
type BuildMetafile = Readonly<Record<string, { readonly modules: readonly string[] }>>;

/**
 * Reads the contents of a release.
 *
 * @param root the checkout; must be built
 */
export async function readSbomContent(
  root: string,
  platforms: readonly Platform[],
): Promise<Omit<SbomContent, "seconds">> {
  const read = async (file: string): Promise<unknown> => JSON.parse(await readFile(join(root, file), "utf8"));
  const lockfile = await readLockfile(root);
  const chunks = Object.values((await read("dist/metafile.json")) as BuildMetafile);
  const bundled = await findBundledPackages(
    root,
    chunks.flatMap(({ modules }) => modules),
  );
  const { name, version, license } = (await read("package.json")) as Omit<SbomPackage, "source" | "integrity">;
  return {
    program: { name, version, license },
    libraries: bundled.map((one) => ({ ...one, integrity: lockfile[one.folder]?.integrity })),
    nodes: platforms.map(({ node }) => ({ name: node, ...getLockedPackage(lockfile, node) })),
  };
}

/**
 * Returns the package URL of a package.
 *
 * @see https://github.com/package-url/purl-spec
 */
const formatPackageUrl = ({ name, version }: SbomPackage): string => `pkg:npm/${name.replace(/^@/, "%40")}@${version}`;

const toSbomLicence = (license: string): SpdxLicense | LicenseExpression =>
  isSupportedSpdxId(license) ? new SpdxLicense(license) : new LicenseExpression(license);

/** Returns the hash of a package's `.tgz` in the hexadecimal form that CycloneDX requires. */
const toSbomHash = (integrity: string): readonly [HashAlgorithm, string] => [
  HashAlgorithm["SHA-512"],
  Buffer.from(integrity.replace(/^sha512-/, ""), "base64").toString("hex"),
];

function createComponent(type: ComponentType, one: SbomPackage, purl = formatPackageUrl(one)): Component {
  const [, group, name = one.name] = /^(@[^/]+)\/(.*)$/.exec(one.name) ?? [];
  const { version, license, source, integrity } = one;
  const sources = source === undefined ? [] : [new ExternalReference(source, ExternalReferenceType.VCS)];
  return new Component(type, name, {
    ...(group === undefined ? {} : { group }),
    version,
    // without a reference, the library would generate a random one
    bomRef: purl,
    purl,
    licenses: new LicenseRepository(license === undefined ? [] : [toSbomLicence(license)]),
    hashes: new HashDictionary(integrity === undefined ? [] : [toSbomHash(integrity)]),
    externalReferences: new ExternalReferenceRepository(sources),
  });
}

/** Removes duplicates, which occur if several folders contain the same version of a package. */
const removeDuplicates = (packages: readonly SbomPackage[]): readonly SbomPackage[] =>
  [...Map.groupBy(packages, formatPackageUrl).values()].flatMap(([one]) => (one === undefined ? [] : [one]));

/**
 * Renders the software bill of materials as CycloneDX 1.6 JSON. The same content gives the same bytes.
 *
 * @see https://cyclonedx.org/docs/1.6/json/
 */
export function renderSbom({ program, libraries, nodes, seconds }: SbomContent): string {
  const contents = [
    ...removeDuplicates(libraries).map((one) => createComponent(ComponentType.Library, one)),
    ...removeDuplicates(nodes).map((one) => createComponent(ComponentType.Platform, one)),
  ];
  // clomoctl is not an npm package
  const itself = createComponent(ComponentType.Application, program, `pkg:generic/${program.name}@${program.version}`);
  const bom = new Bom({ metadata: new Metadata({ component: itself, timestamp: new Date(seconds * 1000) }) });
  for (const one of contents) {
    bom.components.add(one);
    itself.dependencies.add(one.bomRef);
  }
  const serializer = new JsonSerializer(new CycloneDxJson.Normalize.Factory(Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}
