/**
 * Fails unless it runs on the Node that package-lock.json specifies for this platform. npm does not report an optional
 * package that it skipped, for example because its hash differs. Written in plain JavaScript, because it may run on the
 * machine's own Node, of any version.
 *
 *     node scripts/pinned-node/check.js [CHECKOUT]
 */
import { readFileSync, realpathSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = realpathSync(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), "..", ".."));
const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));

const name = Object.keys(packages["scripts/pinned-node"].optionalDependencies).find((candidate) => {
  const { os, cpu } = packages[`node_modules/${candidate}`];
  return os === process.platform && cpu === process.arch;
});

// on a platform without a package, the machine's own Node is used
if (name !== undefined && !realpathSync(process.execPath).startsWith(join(root, "node_modules", name) + sep)) {
  const { version } = packages[`node_modules/${name}`];
  process.stderr.write(
    `this is Node ${process.versions.node} (${process.execPath}), not ${name} ${version} of package-lock.json\n` +
      "npm skips it if it cannot be fetched or if its hash differs; see the reason: npm ci --loglevel=silly\n",
  );
  process.exitCode = 1;
}
