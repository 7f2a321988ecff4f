// Bundles the widgets twice: as a module for live kernels (anywidget) and as a classic script for
// the web book, because browsers do not load modules from file://. `--check` compares with what is
// committed and writes nothing.
//
// `folder:NAME` is a module made of the files in NAME, so that none of them is listed by hand: of
// widgets/ each file's default export, named as the Python class (dense_to_conv.js is DenseToConv);
// of engine/ each file as a whole, by its own name.

import { readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const limit = 50 * 1024;
const check = process.argv.includes("--check");
let failed = false;

const className = (file) => file.replace(/(?:^|_)(\w)/g, (_, letter) => letter.toUpperCase());
const folders = {
  name: "folders",
  setup(esbuild) {
    esbuild.onResolve({ filter: /^folder:/ }, ({ path }) => ({ path: path.slice(7), namespace: "folder" }));
    esbuild.onLoad({ filter: /.*/, namespace: "folder" }, async ({ path }) => {
      const files = (await readdir(here(path))).filter((file) => file.endsWith(".js")).sort();
      const lines = files.map((file) => {
        const name = file.slice(0, -3);
        const what = path === "widgets" ? `{ default as ${className(name)} }` : `* as ${name}`;
        return `export ${what} from "./${file}";`;
      });
      return { contents: lines.join("\n"), resolveDir: here(path) };
    });
  },
};

/** Style sheets are texts, too, without the room that people read by. */
const styles = {
  name: "styles",
  setup(esbuild) {
    esbuild.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true, charset: "utf8" });
      return { contents: code, loader: "text" };
    });
  },
};

for (const [entry, format, name] of [
  ["kernel.js", "esm", "explorables.mjs"],
  ["book.js", "iife", "explorables.js"],
]) {
  const target = here(`../dist/${name}`);
  const { outputFiles } = await build({
    entryPoints: [here(entry)],
    bundle: true,
    minify: true,
    format,
    target: "es2022",
    charset: "utf8",
    plugins: [folders, styles],
    write: false,
  });
  const built = Buffer.from(outputFiles[0].contents);
  if (!check) await writeFile(target, built);
  const size = gzipSync(built).length;
  console.log(`${name}: ${built.length} bytes, ${size} gzip`);
  if (size > limit) {
    console.error(`${name} is over the limit of ${limit} bytes gzip`);
    failed = true;
  }
  if (check && !built.equals(await readFile(target).catch(() => Buffer.alloc(0)))) {
    console.error(`${name} is stale: run make widgets`);
    failed = true;
  }
}
process.exit(failed ? 1 : 0);
