//! Generates the messages from lookup.proto.

fn main() {
    let directory = std::env::var("OUT_DIR").expect("cargo sets it");
    std::fs::write(format!("{directory}/mod.rs"), "pub mod lookup;").expect("cannot write");
    protobuf_codegen_pure::Codegen::new()
        .out_dir(&directory)
        .inputs(["../generator/lookup.proto"])
        .include("../generator")
        .run()
        .expect("protoc");
    println!("cargo:rerun-if-changed=../generator/lookup.proto");
}
