#include "CDemoModel.h"

#define ALIGNED _Alignas(64) static const unsigned char

ALIGNED config[] = {
#embed "../../Models/demo/config.json"
};
ALIGNED generation_config[] = {
#embed "../../Models/demo/generation_config.json"
};
ALIGNED preprocessor_config[] = {
#embed "../../Models/demo/preprocessor_config.json"
};
ALIGNED tokenizer[] = {
#embed "../../Models/demo/tokenizer.json"
};
ALIGNED tokenizer_config[] = {
#embed "../../Models/demo/tokenizer_config.json"
};
ALIGNED model[] = {
#embed "../../Models/demo/model.safetensors"
};
ALIGNED example[] = {
#embed "../../Models/demo/example.png"
};

static const demo_file files[] = {
    {"config.json", config, sizeof config},
    {"generation_config.json", generation_config, sizeof generation_config},
    {"preprocessor_config.json", preprocessor_config, sizeof preprocessor_config},
    {"tokenizer.json", tokenizer, sizeof tokenizer},
    {"tokenizer_config.json", tokenizer_config, sizeof tokenizer_config},
    {"model.safetensors", model, sizeof model},
    {0, 0, 0},
};

const demo_file *demo_model_files(void) { return files; }

demo_file demo_example_image(void) { return (demo_file){"example.png", example, sizeof example}; }
