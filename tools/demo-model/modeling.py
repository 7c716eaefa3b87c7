"""The demo model's configuration: a Florence-2 like the real ones, made small.

192x192 pixels and windows of 6 give 48, 24, 12 and 6 tokens a side, so 6x6 + 1 = 37 image tokens.
"""

IMAGE_SIZE = 192
IMAGE_TOKENS = 37
WIDTH = 128  # of the text model, and of the projected image tokens
IMAGE_MEAN, IMAGE_STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]

VISION = dict(
    embed_dim=[16, 32, 64, 128], depths=[1, 1, 2, 1], num_heads=[1, 2, 4, 8], num_groups=[1, 2, 4, 8], window_size=6,
    patch_size=[7, 3, 3, 3], patch_stride=[4, 2, 2, 2], patch_padding=[3, 1, 1, 1], patch_prenorm=[False, True, True, True],
    drop_path_rate=0.0, projection_dim=WIDTH, max_position_embeddings=50, max_temporal_embeddings=100)
TEXT = dict(
    model_type="bart", d_model=WIDTH, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4,
    encoder_ffn_dim=512, decoder_ffn_dim=512, max_position_embeddings=1024, dropout=0.0, attention_dropout=0.0, activation_dropout=0.0,
    activation_function="gelu", scale_embedding=False, init_std=0.04, tie_word_embeddings=True)
IDS = dict(bos_token_id=0, pad_token_id=1, eos_token_id=2, decoder_start_token_id=2, forced_bos_token_id=0, forced_eos_token_id=2)
# As for the real models. Checkpoints carry these both in generation_config.json and in config.json's text_config.
GENERATION = dict(IDS, num_beams=3, no_repeat_ngram_size=3, early_stopping=True)


def make_model(vocabulary_size, image_token_id):
    from transformers import Florence2Config, Florence2ForConditionalGeneration  # slow to import: rendering does without
    configuration = Florence2Config(
        vision_config=VISION, text_config=dict(TEXT, **IDS, vocab_size=vocabulary_size), image_token_id=image_token_id,
        bos_token_id=0, pad_token_id=1, eos_token_id=2, tie_word_embeddings=True)
    configuration._attn_implementation = "eager"  # the fastest of them on a CPU at this size
    return Florence2ForConditionalGeneration(configuration)


def padded_vocabulary_size(tokenizer):
    return (tokenizer.get_vocab_size() + 7) // 8 * 8
