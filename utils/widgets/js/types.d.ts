// What the build makes of imports that TypeScript does not know (see build.mjs).
declare module "folder:*";
declare module "*.css" {
  const text: string;
  export default text;
}
