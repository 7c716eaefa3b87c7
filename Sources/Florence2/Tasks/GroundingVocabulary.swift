/// Words that phrase grounding never answers with (`banned_grounding_tokens` of the processor).
enum GroundingVocabulary {
    static let bannedLabels: Set<String> = [
        "it", "I", "me", "mine", "you", "your", "yours", "he", "him", "his", "she", "her", "hers", "they", "them",
        "their", "theirs", "one", "oneself", "we", "us", "our", "ours", "its", "myself", "yourself", "himself",
        "herself", "itself", "ourselves", "yourselves", "themselves", "this", "that", "these", "those", "who", "whom",
        "whose", "which", "what", "all", "another", "any", "anybody", "anyone", "anything", "each", "everybody",
        "everyone", "everything", "few", "many", "nobody", "none", "several", "some", "somebody", "someone",
        "something", "each other", "one another", "the image", "image", "images", "the", "a", "an", "a group",
        "other objects", "lots", "a set",
    ]
}
