// Bundles the widgets. `--check` compares with what is committed and writes nothing.
//
// - explorables.mjs: all of them as a module, for live kernels (anywidget).
// - explorables.js: all of them as a classic script, for a page of one's own; browsers do not load
//   modules from file://.
// - book/: the same in parts, for the web book, whose pages load what they show: the core,
//   explorables.js, and one script a widget with what it alone imports.
//
// `folder:NAME` is a module made of the files in NAME, so that none of them is listed by hand: of
// widgets/ each file's default export, named as the Python class (dense_to_conv.js is DenseToConv);
// of engine/ each file as a whole, by its own name. The core's has no widget: each adds itself.

import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const dist = here("../dist/");
const check = process.argv.includes("--check");

const filesOf = async (folder) => (await readdir(here(folder))).filter((file) => file.endsWith(".js")).sort();
const className = (file) => file.slice(0, -3).replace(/(?:^|_)(\w)/g, (_, letter) => letter.toUpperCase());
const VIEWS = await filesOf("widgets");

/** The modules folder:widgets and folder:engine, of those files that `has` lets in. */
const folders = (has = (_path) => true) => ({
  name: "folders",
  setup(esbuild) {
    esbuild.onResolve({ filter: /^folder:/ }, ({ path }) => ({ path: path.slice(7), namespace: "folder" }));
    esbuild.onLoad({ filter: /.*/, namespace: "folder" }, async ({ path }) => {
      const files = (await filesOf(path)).filter((file) => has(`${path}/${file}`));
      const lines = files.map((file) => {
        const what = path === "widgets" ? `{ default as ${className(file)} }` : `* as ${file.slice(0, -3)}`;
        return `export ${what} from "./${file}";`;
      });
      return { contents: ["export {};", ...lines].join("\n"), resolveDir: here(path) };
    });
  },
});

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

/** A page of the book has the style sheets in its own: a second one would style the page anew. */
const noStyles = {
  name: "no styles",
  setup(esbuild) {
    esbuild.onLoad({ filter: /\.css$/ }, () => ({ contents: "", loader: "text" }));
  },
};

/** Takes the modules of `core` from where the core's script has put them. */
const fromCore = (core) => ({
  name: "from core",
  setup(esbuild) {
    esbuild.onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
      const module = relative(here("."), `${resolveDir}/${path}`);
      return core.has(module) ? { path: module, namespace: "core" } : null;
    });
    esbuild.onLoad({ filter: /.*/, namespace: "core" }, ({ path }) => {
      const module = `slidingWindowCourse.modules[${JSON.stringify(path)}]`;
      // Only a style sheet has a default export, and only an ES module has one for esbuild.
      return { contents: path.endsWith(".css") ? `export default ${module}.default;` : `module.exports = ${module};` };
    });
  },
});

const bundle = (what) =>
  build({
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    charset: "utf8",
    absWorkingDir: here("."),
    write: false,
    ...what,
  });
const text = (contents) => ({ stdin: { contents, resolveDir: here(".") } });

/** What the book's core holds: book.js and all that it or more than one widget imports, as paths. */
async function findCore() {
  const entryPoints = ["book.js", ...VIEWS.map((file) => `widgets/${file}`)];
  const plugins = [folders(() => false), styles];
  const { metafile } = await bundle({ entryPoints, plugins, metafile: true, outdir: "unwritten" });
  const reached = (path, found = new Set()) => {
    if (found.has(path)) return found;
    found.add(path);
    for (const next of metafile.inputs[path].imports) reached(next.path, found);
    return found;
  };
  const [book, ...views] = entryPoints.map((path) => reached(path));
  const shared = Object.keys(metafile.inputs).filter((path) => views.filter((view) => view.has(path)).length > 1);
  return new Set([...book, ...shared].filter((path) => !path.startsWith("folder:")).sort());
}

/** [file below dist, how esbuild makes it] for every script. */
async function scripts() {
  const core = await findCore();
  const names = [...core].filter((path) => path !== "book.js");
  const lines = names.map((path, i) => `import * as m${i} from "./${path}";`);
  const modules = names.map((path, i) => `${JSON.stringify(path)}: m${i}`);
  lines.push('import { course } from "./book.js";', `course.modules = { ${modules} };`);
  const whole = [folders(), styles];
  const parts = VIEWS.map((file) => {
    const add = `import start from "./widgets/${file}"; slidingWindowCourse.add("${className(file)}", start);`;
    return [`book/${className(file)}.js`, { ...text(add), plugins: [fromCore(core), noStyles] }];
  });
  return [
    ["explorables.mjs", { entryPoints: ["kernel.js"], format: "esm", plugins: whole }],
    ["explorables.js", { entryPoints: ["book.js"], plugins: whole }],
    ["book/explorables.js", { ...text(lines.join("\n")), plugins: [folders((path) => core.has(path)), noStyles] }],
    ...parts,
  ];
}

const made = await scripts();
const known = new Set(made.map(([name]) => name));
const stale = [];
for (const [name, what] of made) {
  const { outputFiles } = await bundle(what);
  const built = Buffer.from(outputFiles[0].contents);
  console.log(`${name}: ${built.length} bytes, ${gzipSync(built).length} gzip`);
  if (built.equals(await readFile(dist + name).catch(() => Buffer.alloc(0)))) continue;
  stale.push(name);
  if (check) continue;
  await mkdir(dirname(dist + name), { recursive: true });
  await writeFile(dist + name, built);
}
for (const found of await readdir(dist, { recursive: true })) {
  const name = found.replaceAll("\\", "/");
  if (known.has(name) || name === "book") continue;
  stale.push(name);
  if (!check) await rm(dist + name);
}
if (check && stale.length) {
  console.error(`stale, run make widgets: ${stale.join(", ")}`);
  process.exitCode = 1;
}
